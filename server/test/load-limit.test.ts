/** What is in memory at one time is bounded by what bodies really take, not by what they say. */
import { request } from 'node:http';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { client, folder, span, traces } from './support/local';
import { residentMb } from './support/measure';
import { type Running, runLocal } from './support/run-local';
import { until } from './support/wait';

const MB = 1024 * 1024;
let running: Running;
let call: ReturnType<typeof client>;
beforeAll(async () => {
  running = await runLocal(['--port', '0', '--db', join(folder(), 'traces.db')]);
  call = client(running.url);
  await call('POST', '/v1/traces', traces([span()]));
});
afterAll(async () => {
  running.child.kill('SIGTERM');
  await running.ended;
});

test('bodies without a length are counted as they come: beyond the limit they are refused, and one alone fits', async () => {
  const open = (): { status: Promise<number>; write(): Promise<void>; end(): void } => {
    const outgoing = request(`${running.url}/v1/traces`, {
      method: 'POST',
      agent: false,
      headers: { 'content-type': 'application/json', 'transfer-encoding': 'chunked' },
    });
    const status = new Promise<number>((resolve) => {
      outgoing.on('response', (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      outgoing.on('error', () => resolve(0));
    });
    const chunk = Buffer.alloc(4 * MB, ' ');
    return {
      status,
      write: () =>
        new Promise((resolve) => {
          outgoing.write(chunk, () => resolve());
          void status.then(() => resolve());
        }),
      end: () => outgoing.destroy(),
    };
  };
  const bodies = Array.from({ length: 6 }, open);
  const refused: number[] = [];
  for (const one of bodies) void one.status.then((status) => refused.push(status));
  for (let n = 0; n < 10; n++) await Promise.all(bodies.map((one) => one.write()));
  // Two of 40 MB fit below 96; a refused one may find its connection closed before it has read the answer.
  await until('all but two are refused', () => refused.length >= 4);
  expect(refused).toContain(503);
  for (const one of bodies) one.end();
  await until('there is room again', async () => (await call('POST', '/v1/traces', traces([span()]))).status === 200);
});

test('small bodies that unzip to large ones are counted as large', async () => {
  const body = gzipSync(`${' '.repeat(40 * MB)}${JSON.stringify(traces([span()]))}`);
  expect(body.length).toBeLessThan(MB);
  const before = residentMb(running.child.pid as number);
  const headers = { 'content-encoding': 'gzip' };
  const answers = await Promise.all(Array.from({ length: 16 }, () => call('POST', '/v1/traces', body, headers)));
  const statuses = answers.map((answer) => answer.status);
  expect(new Set(statuses)).toEqual(new Set([200, 503]));
  for (const answer of answers) if (answer.status === 503) expect(answer.headers['retry-after']).toBe('1');
  expect(residentMb(running.child.pid as number) - before).toBeLessThan(400);
  expect((await call('POST', '/v1/traces', body, headers)).status).toBe(200);
});
