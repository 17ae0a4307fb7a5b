/**
 * `npm run bench:check`: fails where a call allocates over 15 % more than bench/baseline.json says. Bytes are the same in
 * every run and on every machine with the same version of Node; times are not (`npm run bench` measures those).
 * `-- --update` writes the baseline of the running version anew.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { runChild } from './lib/child.mjs';
import { median } from './lib/stats.mjs';

const TOLERANCE = 1.15;
/** Next to nothing stays next to nothing: a boxed number of the loop's own is sixteen bytes. */
const SLACK_BYTES = 32;
const ROUNDS = 3;
const baselineFile = new URL('baseline.json', import.meta.url);
/** Room for a whole group of calls between two collections, so that what it allocates can be read off. */
const nodeArgs = ['--max-semi-space-size=64'];

const { values } = parseArgs({ options: { update: { type: 'boolean', default: false } } });
const version = process.versions.node.split('.')[0];

async function measure() {
  const modes = { record: 'sync,async,llm,nested,enrich', unsampled: 'sync,llm', disabled: 'sync', off: 'sync' };
  const figures = {};
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [mode, cases] of Object.entries(modes)) {
      const result = await runChild('calls-child.cjs', ['honeyhive', mode, cases, '120'], { nodeArgs });
      for (const name of cases.split(',')) {
        const all = (figures[`${mode}, ${name}`] ??= []);
        all.push(result[name].bytes);
      }
    }
  }
  return Object.fromEntries(Object.entries(figures).map(([name, bytes]) => [name, Math.round(median(bytes))]));
}

const figures = await measure();
const baselines = existsSync(baselineFile) ? JSON.parse(readFileSync(baselineFile, 'utf8')) : {};
if (values.update) {
  baselines[version] = figures;
  writeFileSync(baselineFile, `${JSON.stringify(baselines, null, 2)}\n`);
}
const baseline = baselines[version];
let worse = 0;
for (const [name, bytes] of Object.entries(figures)) {
  const before = baseline?.[name];
  const failed = before !== undefined && bytes > before * TOLERANCE + SLACK_BYTES;
  if (failed) worse += 1;
  process.stdout.write(
    `${failed ? 'WORSE' : 'ok   '}  ${name.padEnd(20)} ${String(bytes).padStart(7)} bytes a call, were ${before ?? '?'}\n`,
  );
}
if (baseline === undefined)
  process.stdout.write(`There is no baseline for Node ${version} yet: -- --update makes one.\n`);
else if (worse > 0)
  process.stdout.write(`${worse} of ${Object.keys(figures).length} figures grew by more than 15 %.\n`);
else process.stdout.write(`${Object.keys(figures).length} figures within 15 % of their baseline.\n`);
process.exitCode = worse > 0 ? 1 : 0;
