/**
 * The floors gate: dependency-cruiser over every source file. A cruiser that does not understand the sources sees
 * none of them and reports no violation, so what it saw is compared with what is there.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { commandFile, inRoot, root } from './lib/project.mjs';
import { runNode } from './lib/run.mjs';

const places = ['index.ts', 'src', 'decorators', 'evaluators', 'testing', 'experiments', 'integrations', 'server/src'];

function sourcesUnder(path) {
  if (!existsSync(path)) return [];
  if (path.endsWith('.ts')) return [path];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /(?<!\.d)\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
}

const present = places.filter((place) => existsSync(inRoot(place)));
const expected = present
  .flatMap((place) => sourcesUnder(inRoot(place)))
  .map((path) => relative(root, path).replaceAll('\\', '/'));

const config = inRoot('.dependency-cruiser.cjs');
const args = [commandFile('dependency-cruiser', 'depcruise'), ...present, '--config', config, '--output-type', 'json'];
const { code, stdout, output } = await runNode(args, { capture: true });

let report;
try {
  report = JSON.parse(stdout);
} catch {
  process.stdout.write(`dependency-cruiser could not run (exit code ${code}):\n${output}\n`);
  process.exit(1);
}

const seen = new Set(report.modules.map(({ source }) => source));
const unseen = expected.filter((path) => !seen.has(path));
const withArrows = report.modules.filter(({ dependencies }) =>
  dependencies.some(({ resolved }) => /\.tsx?$/.test(resolved)),
);

for (const { rule, from, to, cycle } of report.summary.violations) {
  const way = cycle?.length ? cycle.map(({ name }) => name ?? '').join(' -> ') : to;
  process.stdout.write(`${rule.name}: ${from}${way && way !== from ? ` -> ${way}` : ''}\n`);
}
if (unseen.length > 0) process.stdout.write(`Not looked at: ${unseen.join(', ')}\n`);
if (expected.length > 1 && withArrows.length === 0)
  process.stdout.write('No import was followed: the cruiser does not read these sources.\n');

process.stdout.write(`${expected.length} modules, ${report.summary.totalDependenciesCruised} imports looked at.\n`);
if (report.summary.violations.length > 0 || unseen.length > 0 || (expected.length > 1 && withArrows.length === 0))
  process.exitCode = 1;
