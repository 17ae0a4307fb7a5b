/**
 * Ingest under load from another process: node server/bench/ingest.mjs [--seconds 10] [--batch 100] [--connections 8] [--fill 0]
 *   [--rate 0: as fast as it goes] [--trace 10: spans in a trace] [--warm 3: seconds before it counts] [--server path of another dist/cli.js, to compare two builds]
 * Prints acknowledged spans a second, latency of a request, the server's memory, and a reader's list latency meanwhile.
 */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { makeBody, renew } from './otlp-body.mjs';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '10' },
    batch: { type: 'string', default: '100' },
    connections: { type: 'string', default: '8' },
    fill: { type: 'string', default: '0' },
    rate: { type: 'string', default: '0' },
    trace: { type: 'string', default: '10' },
    warm: { type: 'string', default: '3' },
    server: { type: 'string' },
  },
});
const seconds = Number(values.seconds);
const batch = Number(values.batch);
const connections = Number(values.connections);
const fill = Number(values.fill);
const rate = Number(values.rate);
const perTrace = Number(values.trace);

const here = dirname(fileURLToPath(import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'honeyhive-bench-'));
const agent = new Agent({ keepAlive: true, maxSockets: connections + 2 });

const call = (url, method, body, headers = {}) =>
  new Promise((resolve, reject) => {
    const outgoing = request(
      url,
      { method, agent, headers: body ? { 'content-length': body.length, ...headers } : headers },
      (response) => {
        const chunks = [];
        response.on('data', (chunk) => chunks.push(chunk));
        response.on('end', () => resolve({ status: response.statusCode, text: Buffer.concat(chunks).toString() }));
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });

const percentile = (sorted, p) => sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * p) / 100))] ?? 0;
/** User and system time of the server, in ms. */
const cpu = (pid) =>
  readFileSync(`/proc/${pid}/stat`, 'utf8')
    .split(') ')[1]
    .split(' ')
    .slice(11, 13)
    .reduce((sum, ticks) => sum + Number(ticks) * 10, 0);
const rss = (pid) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;

function start(db) {
  return new Promise((resolve, reject) => {
    const began = performance.now();
    const child = spawn(
      process.execPath,
      [
        values.server ?? join(here, '../dist/cli.js'),
        'serve',
        '--port',
        '0',
        '--db',
        db,
        '--retention',
        '100GB',
        '--json',
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    child.stdout.once('data', (line) =>
      resolve({ child, url: JSON.parse(line).url, startMs: performance.now() - began }),
    );
    child.once('exit', (code) => reject(new Error(`server ended with ${code}`)));
  });
}

async function load(url, done, perSecond = 0) {
  const latencies = [];
  let acknowledged = 0;
  let failed = 0;
  const began = performance.now();
  let scheduled = 0;
  const worker = async (index) => {
    const template = makeBody(batch, randomUUID(), index + 1);
    while (!done(acknowledged, performance.now() - began)) {
      if (perSecond > 0) {
        const due = (scheduled++ * batch * 1000) / perSecond;
        const wait = due - (performance.now() - began);
        if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
      }
      const body = renew(template, randomUUID(), perTrace);
      const from = performance.now();
      const answer = await call(`${url}/v1/traces`, 'POST', body, { 'content-type': 'application/x-protobuf' });
      latencies.push(performance.now() - from);
      if (answer.status === 200) acknowledged += batch;
      else failed++;
    }
  };
  await Promise.all(Array.from({ length: connections }, (_, index) => worker(index)));
  const elapsed = (performance.now() - began) / 1000;
  latencies.sort((a, b) => a - b);
  return {
    acknowledged,
    failed,
    perSecond: Math.round(acknowledged / elapsed),
    p50: percentile(latencies, 50),
    p99: percentile(latencies, 99),
    max: latencies.at(-1),
  };
}

let filledSpans = 0;
let { child, url, startMs } = await start(join(directory, 'traces.db'));
const idleAfterStart = rss(child.pid);
if (fill > 0) {
  const filled = await load(url, (count) => count >= fill);
  filledSpans = filled.acknowledged;
  console.log(`filled ${filled.acknowledged} spans at ${filled.perSecond}/s`);
  child.removeAllListeners('exit');
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
  ({ child, url, startMs } = await start(join(directory, 'traces.db')));
}
const lists = [];
let reading = true;
const reader = (async () => {
  while (reading) {
    const from = performance.now();
    await call(`${url}/api/sessions?limit=50`, 'GET');
    lists.push(performance.now() - from);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
})();
let peak = 0;
const watch = setInterval(() => {
  peak = Math.max(peak, rss(child.pid));
}, 200);
const warmed = await load(url, (_, ms) => ms >= Number(values.warm) * 1000, rate);
peak = 0;
lists.length = 0;
const cpuBefore = cpu(child.pid);
const result = await load(url, (_, ms) => ms >= seconds * 1000, rate);
const cpuMs = cpu(child.pid) - cpuBefore;
reading = false;
await reader;
clearInterval(watch);
lists.sort((a, b) => a - b);
const stats = JSON.parse((await call(`${url}/api/stats`, 'GET')).text);
console.log(
  JSON.stringify(
    {
      acknowledgedPerSecond: result.perSecond,
      p50Ms: round(result.p50),
      p99Ms: round(result.p99),
      maxMs: round(result.max),
      failed: result.failed,
      cpuMicrosPerSpan: round((cpuMs * 1000) / result.acknowledged),
      listP95Ms: round(percentile(lists, 95)),
      rssMb: Math.round(peak),
      idleAfterStartMb: Math.round(idleAfterStart),
      startMs: Math.round(startMs),
      spans: stats.spans,
      dbMb: Math.round(stats.dbBytes / 1e6),
      lost: Math.max(0, filledSpans + warmed.acknowledged + result.acknowledged - stats.spans),
    },
    null,
    2,
  ),
);
function round(value) {
  return Math.round(value * 10) / 10;
}
child.removeAllListeners('exit');
child.kill('SIGTERM');
await new Promise((resolve) => child.once('exit', resolve));
rmSync(directory, { recursive: true, force: true });
