/** The length gate: one idea a file. 250 lines is the soft ceiling (printed), 400 the hard one. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { inRoot, root } from './lib/project.mjs';

const soft = 250;
const hard = 400;
const places = [
  'src',
  'decorators',
  'evaluators',
  'testing',
  'experiments',
  'integrations',
  'server/src',
  'server/web',
  'samples',
  'scripts',
];
const skipped = /(^|[\\/])(node_modules|dist)([\\/]|$)/;

const files = places
  .map((place) => inRoot(place))
  .filter((place) => existsSync(place))
  .flatMap((place) => readdirSync(place, { recursive: true, withFileTypes: true }))
  .filter((entry) => entry.isFile() && /\.(ts|tsx|mjs|cjs|js)$/.test(entry.name))
  .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
  .filter((path) => !skipped.test(relative(root, path)));

const lengths = files.map((path) => ({
  path: relative(root, path),
  lines: readFileSync(path, 'utf8').split('\n').length - 1,
}));
const tooLong = lengths.filter(({ lines }) => lines > hard);
const long = lengths.filter(({ lines }) => lines > soft && lines <= hard);

for (const { path, lines } of tooLong) process.stdout.write(`${path}: ${lines} lines, more than ${hard}\n`);
process.stdout.write(`${files.length} files looked at`);
process.stdout.write(
  long.length > 0
    ? `; above ${soft} lines: ${long.map(({ path, lines }) => `${path} (${lines})`).join(', ')}.\n`
    : '.\n',
);
if (tooLong.length > 0) process.exitCode = 1;
