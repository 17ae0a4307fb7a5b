/**
 * `npm run bench:check`: fails where a stable figure is more than 15 % worse than in bench/baseline.json. Stable are
 * bytes allocated per call, and times as ratios to OpenTelemetry by hand in the same rounds. `-- --update` writes the
 * baseline anew.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { runChild } from './lib/child.mjs';
import { median } from './lib/stats.mjs';

const TOLERANCE = 1.15;
const ROUNDS = 5;
const CASES = 'sync,async,llm,nested,enrich';
const baselineFile = new URL('baseline.json', import.meta.url);
/** Room for every group of calls between two collections, so that what it allocates can be read off. */
const nodeArgs = ['--max-semi-space-size=64'];

const { values } = parseArgs({ options: { update: { type: 'boolean', default: false } } });

async function measure() {
  const rounds = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const run = (subject, mode, cases) => runChild('calls-child.cjs', [subject, mode, cases, '120'], { nodeArgs });
    rounds.push({
      otel: await run('otel', 'record', CASES),
      ours: await run('honeyhive', 'record', CASES),
      unsampled: await run('honeyhive', 'unsampled', 'sync'),
      disabled: await run('honeyhive', 'disabled', 'sync'),
    });
  }
  const figures = {};
  // The quickest of all rounds: what other programs do to a shared machine only ever makes a round slower.
  const least = (pick) => Math.min(...rounds.map((round) => pick(round).least));
  for (const name of CASES.split(',')) {
    figures[`${name}: bytes a call`] = median(rounds.map(({ ours }) => ours[name].bytes));
    figures[`${name}: times OpenTelemetry`] = least(({ ours }) => ours[name]) / least(({ otel }) => otel[name]);
  }
  figures['unsampled: times sampled'] = least(({ unsampled }) => unsampled.sync) / least(({ ours }) => ours.sync);
  figures['disabled: bytes a call'] = median(rounds.map(({ disabled }) => disabled.sync.bytes));
  return figures;
}

const figures = await measure();
if (values.update) {
  const kept = Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, Number(value.toPrecision(3))]));
  writeFileSync(baselineFile, `${JSON.stringify(kept, null, 2)}\n`);
}
const baseline = JSON.parse(readFileSync(baselineFile, 'utf8'));
let worse = 0;
for (const [name, value] of Object.entries(figures)) {
  const before = baseline[name];
  // Next to nothing stays next to nothing: sixteen bytes are the loop's own.
  const most = before * TOLERANCE + (name.includes('bytes') ? 32 : 0);
  const failed = before === undefined || value > most;
  if (failed) worse += 1;
  process.stdout.write(
    `${failed ? 'WORSE ' : 'ok    '} ${name.padEnd(32)} ${value.toPrecision(3).padStart(8)}  (baseline ${before})\n`,
  );
}
process.stdout.write(
  worse > 0
    ? `${worse} figures are more than 15 % worse than their baseline.\n`
    : `${Object.keys(figures).length} figures within 15 % of their baseline.\n`,
);
process.exitCode = worse > 0 ? 1 : 0;
