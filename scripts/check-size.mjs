/** The size gate: what a bundler keeps of the ES build, against the budgets in `.size-limit.json`. */
import { existsSync } from 'node:fs';
import { commandFile, inRoot, readJson } from './lib/project.mjs';
import { runNode } from './lib/run.mjs';

const result = await runNode([commandFile('size-limit'), '--json'], { capture: true });
let rows;
try {
  rows = JSON.parse(result.stdout);
} catch {
  process.stdout.write(`size-limit could not run:\n${result.output}\n`);
  process.exit(1);
}

const kilobytes = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;
const budgets = readJson(inRoot('.size-limit.json'));
const empty = rows.filter(({ size }) => !(size > 500));
const over = rows.filter(({ passed }) => passed === false);
for (const { name, size } of over) process.stdout.write(`${name}: ${kilobytes(size)} is over its budget\n`);
for (const { name } of empty) process.stdout.write(`${name}: nothing was bundled\n`);
process.stdout.write(`${rows.map(({ name, size }) => `${name}: ${kilobytes(size)}`).join('; ')}.\n`);
const built = existsSync(inRoot('dist/esm/index.js'));
if (!built || rows.length !== budgets.length || over.length > 0 || empty.length > 0) process.exitCode = 1;
