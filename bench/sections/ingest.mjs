import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { median } from '../lib/stats.mjs';

const program = fileURLToPath(new URL('../../server/bench/ingest.mjs', import.meta.url));
const built = fileURLToPath(new URL('../../server/dist/cli.js', import.meta.url));

function measure(args) {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [program, ...args], { timeout: 400_000 }, (error, stdout) =>
      error ? reject(error) : resolve(JSON.parse(stdout.slice(stdout.indexOf('{')))),
    );
  });
}

/** Every figure's median over the rounds. */
async function medians(args, rounds) {
  const all = [];
  for (let round = 0; round < rounds; round += 1) all.push(await measure(args));
  return Object.fromEntries(Object.keys(all[0]).map((key) => [key, median(all.map((one) => one[key]))]));
}

/** The local server's own benchmark, where it is there: as fast as it goes, at a steady rate, and with much stored. */
export async function ingestRows({ rounds }) {
  if (!existsSync(program) || !existsSync(built)) return [];
  const runs = {
    most: ['--seconds', '8'],
    steady: ['--seconds', '10', '--rate', '10000'],
    full: ['--seconds', '10', '--rate', '10000', '--fill', '1000000'],
  };
  const results = {};
  for (const [name, args] of Object.entries(runs)) results[name] = await medians(args, rounds);
  const row = (run, what, ours, budget = '') => ({
    what: `server: ${what}`,
    ours: ours(results[run]),
    other: '',
    ratio: '',
    budget,
    command: `node server/bench/ingest.mjs ${runs[run].join(' ')}`,
  });
  return [
    row('most', 'spans/s acknowledged after commit', (r) => r.acknowledgedPerSecond.toLocaleString('en'), '≥ 10,000'),
    row('most', 'CPU per span', (r) => `${r.cpuMicrosPerSpan} µs`),
    row('most', 'peak memory', (r) => `${r.rssMb} MB`, '≤ 300 MB'),
    row('steady', 'a request of 100 spans at 10k spans/s, p50', (r) => `${r.p50Ms} ms`),
    row('steady', 'a request of 100 spans at 10k spans/s, p99', (r) => `${r.p99Ms} ms`, '≤ 50 ms'),
    row('steady', 'list of sessions meanwhile, p95', (r) => `${r.listP95Ms} ms`, '< 100 ms'),
    row('full', '1M spans stored: spans/s acknowledged of 10k offered', (r) =>
      r.acknowledgedPerSecond.toLocaleString('en'),
    ),
    row('full', '1M spans stored: a request of 100 spans, p99', (r) => `${r.p99Ms} ms`, '≤ 50 ms'),
    row('full', '1M spans stored: list of sessions meanwhile, p95', (r) => `${r.listP95Ms} ms`, '< 100 ms'),
    row('full', '1M spans stored: peak memory', (r) => `${r.rssMb} MB`, '≤ 300 MB'),
    row('full', '1M spans stored: start', (r) => `${r.startMs} ms`, '≤ 2,000 ms'),
    row('full', '1M spans stored: memory right after the start', (r) => `${r.idleAfterStartMb} MB`, '< 120 MB'),
  ];
}
