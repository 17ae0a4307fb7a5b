/**
 * The package gate: packs the SDK as npm would publish it, and looks at the tarball with publint and attw; then
 * installs it into an empty folder and uses it from CommonJS and from ES modules, and weighs import and installation.
 */
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commandFile, inRoot, readJson } from './lib/project.mjs';
import { runNode, runNpm } from './lib/run.mjs';

/** A megabyte is 1,048,576 bytes here, as `du` and `ps` count. */
const MEGABYTE = 2 ** 20;
const budgets = { importMs: 50, importRatio: 5, importMegabytes: 10, installMegabytes: 35 };
const folder = mkdtempSync(join(tmpdir(), 'honeyhive-package-'));
const problems = [];
const notes = [];

async function step(what, work) {
  const { code, output } = await work;
  if (code !== 0) problems.push(`${what}:\n${output.trim()}`);
  return code === 0;
}

async function pack() {
  const result = await runNpm(['pack', '--pack-destination', folder, '--json', '--ignore-scripts'], { capture: true });
  if (result.code !== 0) throw new Error(`npm pack failed:\n${result.output}`);
  const json = JSON.parse(result.stdout.slice(result.stdout.search(/^[[{]/m)));
  const [{ filename, files, size }] = Array.isArray(json) ? json : Object.values(json);
  const strays = files
    .map(({ path }) => path)
    .filter((path) => !/^(dist\/|README\.md$|LICENSE$|package\.json$)/.test(path));
  if (strays.length > 0) problems.push(`The tarball holds what nobody needs: ${strays.join(', ')}`);
  for (const wanted of [
    'LICENSE',
    'README.md',
    'dist/cjs/index.js',
    'dist/esm/index.js',
    'dist/esm/package.json',
    'dist/cjs/package.json',
  ]) {
    if (!files.some(({ path }) => path === wanted)) problems.push(`The tarball lacks ${wanted}`);
  }
  notes.push(`tarball ${(size / 1000).toFixed(0)} kB in ${files.length} files`);
  return join(folder, filename);
}

const entries = Object.keys(readJson(inRoot('package.json')).exports)
  .filter((entry) => !entry.endsWith('.json'))
  .map((entry) => entry.replace(/^\./, 'honeyhive-decorators'));

/** Programs that a user could have written; each prints "fine" when all is well. */
const programs = {
  'cjs.cjs': `${entries.map((entry) => `require(${JSON.stringify(entry)});`).join('\n')}
const { HoneyHiveTracer, Trace } = require('honeyhive-decorators');
if (typeof Trace !== 'function') throw new Error('no Trace');
const tracer = HoneyHiveTracer.init({ testMode: true });
const value = tracer.trace('work', () => 42);
if (value !== 42) throw new Error('wrong value');
tracer.close().then(() => console.log('fine'));
`,
  'esm.mjs': `${entries.map((entry, index) => `import * as entry${index} from ${JSON.stringify(entry)};`).join('\n')}
import { HoneyHiveTracer, Trace } from 'honeyhive-decorators';
if (${entries.map((_, index) => `Object.keys(entry${index}).length === 0`).join(' || ')}) throw new Error('an entry is empty');
if (typeof Trace !== 'function') throw new Error('no Trace');
const tracer = HoneyHiveTracer.init({ testMode: true });
if (tracer.trace('work', () => 42) !== 42) throw new Error('wrong value');
await tracer.close();
console.log('fine');
`,
  'both.mjs': `import { createRequire } from 'node:module';
import { HoneyHiveTracer } from 'honeyhive-decorators';
if (createRequire(import.meta.url)('honeyhive-decorators').HoneyHiveTracer !== HoneyHiveTracer)
  throw new Error('import and require give two copies');
// What a bundle would hold, or another version.
const other = await import('./node_modules/honeyhive-decorators/dist/esm/index.js');
if (other.HoneyHiveTracer === HoneyHiveTracer) throw new Error('one copy only: nothing was tested');
const tracer = HoneyHiveTracer.init({ testMode: true });
if (other.HoneyHiveTracer.default?.sessionId !== tracer.sessionId) throw new Error('the two copies do not share the default tracer');
await tracer.close();
console.log('fine');
`,
  'weigh.mjs': `const before = process.memoryUsage().rss;
const started = performance.now();
await import(process.argv[2]);
console.log(JSON.stringify({ ms: performance.now() - started, bytes: process.memoryUsage().rss - before }));
`,
};

async function install(tarball) {
  writeFileSync(join(folder, 'package.json'), '{ "name": "user", "private": true }\n');
  for (const [name, text] of Object.entries(programs)) writeFileSync(join(folder, name), text);
  const args = [
    'install',
    tarball,
    '@opentelemetry/api@^1.9.0',
    '--no-audit',
    '--no-fund',
    '--prefer-offline',
    '--loglevel=error',
  ];
  return step('npm install of the tarball', runNpm(args, { cwd: folder, capture: true, timeoutMs: 180_000 }));
}

function bytesUnder(path) {
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath ?? entry.path, entry.name)).size, 0);
}

/** The least of several imports, each in a process of its own: what else runs on the machine only adds. */
async function weighImport(name) {
  const runs = [];
  for (let round = 0; round < 7; round += 1) {
    const { stdout } = await runNode(['weigh.mjs', name], { cwd: folder, capture: true });
    runs.push(JSON.parse(stdout));
  }
  return {
    ms: Math.min(...runs.map(({ ms }) => ms)),
    megabytes: Math.min(...runs.map(({ bytes }) => bytes)) / MEGABYTE,
  };
}

async function weigh() {
  const ours = await weighImport('honeyhive-decorators');
  const api = await weighImport('@opentelemetry/api');
  const installed = bytesUnder(join(folder, 'node_modules')) / MEGABYTE;
  const both = ({ ms, megabytes }) => `${ms.toFixed(0)} ms and ${megabytes.toFixed(1)} MB`;
  notes.push(`import ${both(ours)} (OpenTelemetry's API alone: ${both(api)})`, `installed ${installed.toFixed(1)} MB`);
  // The API is a peer: a program that traces has loaded it anyway.
  const own = ours.megabytes - api.megabytes;
  if (own > budgets.importMegabytes) {
    problems.push(`Importing takes ${own.toFixed(1)} MB beyond the API, the budget is ${budgets.importMegabytes} MB`);
  }
  // On a busy machine everything is slow, OpenTelemetry's API too.
  if (ours.ms > budgets.importMs && ours.ms > api.ms * budgets.importRatio) {
    problems.push(`Importing takes ${ours.ms.toFixed(0)} ms, the budget is ${budgets.importMs} ms`);
  }
  if (installed > budgets.installMegabytes) {
    problems.push(`The installation takes ${installed.toFixed(1)} MB, the budget is ${budgets.installMegabytes} MB`);
  }
}

try {
  const tarball = await pack();
  await step('publint', runNode([commandFile('publint'), tarball, '--strict', '--pack', 'npm'], { capture: true }));
  await step('attw', runNode([commandFile('@arethetypeswrong/cli', 'attw'), tarball, '--no-color'], { capture: true }));
  if (await install(tarball)) {
    for (const name of ['cjs.cjs', 'esm.mjs', 'both.mjs']) {
      const result = await runNode([name], { cwd: folder, capture: true, timeoutMs: 30_000 });
      if (result.code !== 0 || !result.stdout.includes('fine'))
        problems.push(`${name} of the smoke test:\n${result.output.trim()}`);
    }
    if (existsSync(join(folder, 'node_modules', 'honeyhive-local')))
      problems.push('Users of the SDK get the server too');
    if (problems.length === 0) await weigh();
  }
} finally {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

for (const problem of problems) process.stdout.write(`${problem}\n`);
process.stdout.write(`${notes.join('; ')}.\n`);
if (problems.length > 0) process.exitCode = 1;
