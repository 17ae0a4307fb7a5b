/** Retention and upkeep while spans arrive, for a while: memory, file and log stay where they are, and nobody waits long. */
import { randomUUID } from 'node:crypto';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { client, folder, hex, inSession, span, traces } from '../support/local';
import { expectWithin, LONG, percentile, residentMb } from '../support/measure';
import { runLocal } from '../support/run-local';
import { until } from '../support/wait';

const seconds = LONG ? 300 : 6;
const retention = LONG ? 40 : 4;

/** The slope of the straight line that fits best: units a second. */
function slope(points: { at: number; value: number }[]): number {
  const mean = (of: (point: { at: number; value: number }) => number): number =>
    points.reduce((sum, point) => sum + of(point), 0) / points.length;
  const [at, value] = [mean((point) => point.at), mean((point) => point.value)];
  const above = points.reduce((sum, point) => sum + (point.at - at) * (point.value - value), 0);
  return above / points.reduce((sum, point) => sum + (point.at - at) ** 2, 0);
}

test(
  `${seconds} s of spans with a retention of ${retention} MB: all is kept within bounds, and every session is whole or gone`,
  async () => {
    const db = join(folder(), 'traces.db');
    const running = await runLocal(['--port', '0', '--db', db, '--retention', `${retention}MB`]);
    const call = client(running.url);
    const waits: number[] = [];
    const memory: { at: number; value: number }[] = [];
    const sessions: string[] = [];
    const began = Date.now();
    let received = 0;
    while (Date.now() - began < seconds * 1000) {
      const sessionId = randomUUID();
      sessions.push(sessionId);
      const spans = Array.from({ length: 20 }, () =>
        span({ startMs: Date.now(), attributes: inSession(sessionId, { 'honeyhive_outputs.result': hex(4000) }) }),
      );
      const from = performance.now();
      expect((await call('POST', '/v1/traces', traces(spans))).status).toBe(200);
      waits.push(performance.now() - from);
      received += spans.length;
      if (sessions.length % 10 === 0) {
        await call('GET', '/api/sessions?q=errors%3A0');
        await call('GET', `/api/sessions/${sessions[Math.floor(sessions.length / 2)]}`);
        memory.push({ at: (Date.now() - began) / 1000, value: residentMb(running.child.pid as number) });
      }
    }
    const used = async (): Promise<number> => {
      const { json } = await call('GET', '/api/stats');
      return json.dbBytes - json.freeBytes;
    };
    await until('the data fit again', async () => (await used()) <= retention * 1024 * 1024, 20_000);
    const { json: stats } = await call('GET', '/api/stats');
    expect(stats.received).toBe(received);
    expect(stats.sessions).toBeLessThan(sessions.length);
    expect(stats.sessions).toBeGreaterThan(0);
    // The newest stay, each with all its spans.
    const { items } = (await call('GET', '/api/sessions?limit=1000')).json;
    for (const one of items) expect(one.spanCount).toBe(20);
    expect(items.map((one: { sessionId: string }) => one.sessionId)).toContain(sessions.at(-1));
    expect((await call('GET', `/api/sessions/${sessions[0]}`)).status).toBe(404);
    expect(statSync(`${db}-wal`).size).toBeLessThanOrEqual(64 * 1024 * 1024);
    const p99 = percentile(waits, 0.99);
    const growth = slope(memory.slice(Math.floor(memory.length / 2))) * 60;
    if (LONG)
      process.stderr.write(
        `${seconds} s, ${received} spans, ${stats.sessions} of ${sessions.length} sessions left: p99 ${p99.toFixed(0)} ms, memory ${growth.toFixed(1)} MB a minute, ${memory.at(-1)?.value.toFixed(0)} MB at the end\n`,
      );
    expectWithin(p99, 200);
    // The first half is warming up; a short run is nothing else.
    if (LONG) expect(growth).toBeLessThan(6);
    if (LONG) expect(memory.at(-1)?.value ?? 0).toBeLessThan(300);
    running.child.kill('SIGTERM');
    expect((await running.ended).code).toBe(0);
  },
  seconds * 1000 + 60_000,
);
