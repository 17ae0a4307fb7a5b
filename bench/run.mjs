/**
 * `npm run bench`: what tracing costs, beside OpenTelemetry by hand in the same run. Prints the tables and writes
 * bench/RESULTS.md. `-- --only calls,inside,cold,size,delivery,ingest` measures these and leaves the other sections as
 * they were; `--quick` and
 * `--rounds N` take fewer rounds; `--peers` adds the peers in bench/peers once they are installed there
 * (`npm ci --ignore-scripts --prefix bench/peers`); those that can only send over HTTP send to a local sink.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
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
    help: { type: 'boolean', default: false },
    only: { type: 'string' },
    quick: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    peers: { type: 'boolean', default: false },
  },
});
if (values.help) {
  process.stdout.write(
    'npm run bench -- [--only calls,inside,cold,size,delivery,ingest] [--quick] [--rounds N] [--peers]\n',
  );
  process.exit(0);
}
const rounds = Number(values.rounds ?? (values.quick ? 3 : 7));
/** Rounds of the long sections. */
const fewRounds = Math.ceil(rounds / 3);

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
  inside: { title: 'Parts', rounds: fewRounds, rows: () => insideRows({ rounds: fewRounds }) },
  cold: { title: 'Loading', rows: () => coldStartRows({ rounds }) },
  size: { title: 'Size', rounds: 1, rows: sizeRows },
  delivery: {
    rounds: fewRounds,
    title: 'From the call to the acknowledged request',
    rows: () => deliveryRows({ rounds: fewRounds }),
  },
  ingest: { title: 'The local server', rounds: fewRounds, rows: () => ingestRows({ rounds: fewRounds }) },
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
  const circumstances = [...machine(), `${section.rounds ?? rounds} rounds`].join('; ');
  const part = `## ${section.title}\n\n${circumstances}.\n\n${table(rows)}\n`;
  process.stdout.write(`${part}\n`);
  parts.push(part);
}

const file = new URL('RESULTS.md', import.meta.url);

/** Sections by title, of the file as it is and of this run. */
function merged() {
  const before = existsSync(file)
    ? readFileSync(file, 'utf8')
        .split(/^(?=## )/m)
        .slice(1)
    : [];
  const all = new Map([...before, ...parts].map((part) => [/^## (.*)/.exec(part)[1], part.trimEnd()]));
  return Object.values(sections)
    .map(({ title }) => all.get(title))
    .filter((part) => part !== undefined);
}

const HEAD = `# What tracing costs

Written by \`npm run bench\`. "Raw OpenTelemetry" is the same work by hand in the same round: \`startActiveSpan\`,
\`JSON.stringify\` of arguments and result as attributes, a processor that keeps the span in memory (an exporter over
HTTP where spans are delivered). Ours masks secrets, bounds what it takes and stamps session and source besides.
Figures are medians over rounds of one process each, in shuffled order, without what the call itself takes; of a process
the quickest group of calls counts, with its share of garbage collection. Ratios are formed inside a round; their
quartiles stand in brackets. Of the peers, braintrust, honeyhive, langsmith, opik and weave can only send over HTTP: they do so
to a sink in a thread of its own, all others keep their spans in memory.`;

writeFileSync(file, `${[HEAD, ...merged()].join('\n\n')}\n`);
