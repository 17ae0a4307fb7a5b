/**
 * `npm run bench`: what tracing costs, beside OpenTelemetry by hand in the same run. Prints the tables and writes
 * bench/RESULTS.md. `-- --only calls,inside,cold,size,delivery,ingest` picks sections and writes nothing; `--quick` takes
 * fewer rounds; `--peers` adds the peers that are installed in bench/peers (`npm ci --prefix bench/peers`).
 */
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { machine } from './lib/machine.mjs';
import { allocationRows, callRows, measureCalls } from './sections/calls.mjs';
import { coldStartRows } from './sections/cold-start.mjs';
import { deliveryRows } from './sections/delivery.mjs';
import { ingestRows } from './sections/ingest.mjs';
import { insideRows } from './sections/inside.mjs';
import { sizeRows } from './sections/size.mjs';

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    quick: { type: 'boolean', default: false },
    peers: { type: 'boolean', default: false },
  },
});
const rounds = values.quick ? 3 : 7;

function installedPeers() {
  const folder = new URL('peers/', import.meta.url);
  if (!values.peers || !existsSync(new URL('node_modules/', folder))) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.cjs'))
    .map((name) => name.slice(0, -'.cjs'.length));
}

const sections = {
  calls: {
    title: "Added on the caller's path",
    async rows() {
      const peers = installedPeers();
      const results = await measureCalls({ rounds, ms: values.quick ? 200 : 350, peers });
      return [...callRows(results, peers), ...allocationRows(results)];
    },
  },
  inside: { title: 'Parts', rows: () => insideRows({ rounds: Math.min(rounds, 3) }) },
  cold: { title: 'Loading', rows: () => coldStartRows({ rounds }) },
  size: { title: 'Size', rows: sizeRows },
  delivery: {
    title: 'From the call to the acknowledged request',
    rows: () => deliveryRows({ rounds: values.quick ? 1 : 3 }),
  },
  ingest: { title: 'The local server', rows: ingestRows },
};

const table = (rows) =>
  [
    '| what | ours | raw OpenTelemetry | ratio | budget | command |',
    '|---|---:|---:|---:|---|---|',
    ...rows.map(
      (row) => `| ${row.what} | ${row.ours} | ${row.other} | ${row.ratio} | ${row.budget ?? ''} | \`${row.command}\` |`,
    ),
  ].join('\n');

const chosen = values.only?.split(',') ?? Object.keys(sections);
const parts = [];
for (const name of chosen) {
  const section = sections[name];
  if (section === undefined)
    throw new Error(`No section is called ${name}; there are ${Object.keys(sections).join(', ')}.`);
  const rows = await section.rows();
  if (rows.length === 0) continue;
  const part = `## ${section.title}\n\n${table(rows)}\n`;
  process.stdout.write(`${part}\n`);
  parts.push(part);
}

const HEAD = `# What tracing costs

Written by \`npm run bench\`. "Raw OpenTelemetry" is the same work by hand in the same round: \`startActiveSpan\`,
\`JSON.stringify\` of arguments and result as attributes, a processor that keeps the span in memory (an exporter over
HTTP where spans are delivered). Ours masks secrets, bounds what it takes and stamps session and source besides.
Figures are medians over ${rounds} rounds of one process each, in shuffled order, without what the call itself takes; of a
process the quickest group of calls counts, with its share of garbage collection. Ratios are formed inside a round;
their quartiles stand in brackets.

`;
if (values.only === undefined) {
  const list = machine()
    .map((line) => `- ${line}`)
    .join('\n');
  writeFileSync(new URL('RESULTS.md', import.meta.url), `${HEAD}${list}\n\n${parts.join('\n')}`);
}
