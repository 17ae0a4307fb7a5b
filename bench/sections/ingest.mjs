import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../../server/bench/ingest.mjs', import.meta.url));
const built = fileURLToPath(new URL('../../server/dist/cli.js', import.meta.url));

/** The local server's own benchmark, where it is there. */
export async function ingestRows() {
  if (!existsSync(program) || !existsSync(built)) return [];
  const out = await new Promise((resolve, reject) => {
    execFile(process.execPath, [program, '--seconds', '8'], { timeout: 120_000 }, (error, stdout) =>
      error ? reject(error) : resolve(stdout),
    );
  });
  const result = JSON.parse(out.slice(out.indexOf('{')));
  const row = (what, ours, budget) => ({
    what,
    ours,
    other: '',
    ratio: '',
    budget,
    command: 'node server/bench/ingest.mjs --seconds 8',
  });
  return [
    row('server: spans/s acknowledged after commit', result.acknowledgedPerSecond.toLocaleString('en'), '≥ 10,000'),
    row('server: latency of a request of 100 spans, p99', `${result.p99Ms} ms`, '≤ 50 ms'),
    row('server: list of sessions meanwhile, p95', `${result.listP95Ms} ms`, '< 100 ms'),
    row('server: peak memory', `${result.rssMb} MB`),
  ];
}
