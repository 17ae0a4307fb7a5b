/** Bodies made to cost much: how much memory they take, and how long others wait meanwhile. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { constants, deflateRawSync, gzipSync } from 'node:zlib';
import { client, folder, inSession, span, traces } from '../support/local';
import { expectWithin, LONG, percentile, residentMb } from '../support/measure';
import { embed, tag } from '../support/protobuf';
import { runLocal } from '../support/run-local';

/** One gzip member of so many MiB of blanks, about a thousandth of it in size. */
function bomb(mebibytes: number): Buffer {
  // Blocks that end with a full flush stand for themselves, so one can be repeated.
  const block = deflateRawSync(Buffer.alloc(1024 * 1024, 0x20), { level: 9, finishFlush: constants.Z_FULL_FLUSH });
  const header = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]);
  return Buffer.concat([
    header,
    ...Array.from({ length: mebibytes }, () => block),
    Buffer.from([3, 0]),
    Buffer.alloc(8),
  ]);
}

const GZIP = { 'content-encoding': 'gzip' };
const PROTOBUF = { 'content-type': 'application/x-protobuf' };
const gigabyte = bomb(1024);
const members = Buffer.concat(Array.from({ length: 100 }, () => gzipSync(Buffer.alloc(1024 * 1024, 0x20))));

type Hostile = [name: string, body: Buffer, headers: Record<string, string>, status: number];

/** A few megabytes at most on the wire. */
const small: Hostile[] = [
  ['1 GiB in one megabyte', gigabyte, GZIP, 413],
  ['1 GiB in one megabyte, said to be protobuf', gigabyte, { ...GZIP, ...PROTOBUF }, 413],
  ['a hundred members of 1 MiB', members, GZIP, 413],
  ['a bomb in a bomb', gzipSync(gigabyte), GZIP, 400],
  ['a million brackets', Buffer.from('['.repeat(1_000_000)), {}, 400],
  ['half a million quotation marks', Buffer.from(`{"a":[${'"",'.repeat(250_000)}`), {}, 400],
  ['a million groups', Buffer.concat(Array.from({ length: 1_000_000 }, () => tag(9999, 3))), PROTOBUF, 400],
  [
    'fields that nobody knows, then one that is broken',
    Buffer.concat([...Array.from({ length: 500_000 }, () => embed(9999)), Buffer.from([0x0a, 0x05])]),
    PROTOBUF,
    400,
  ],
];

const large: Hostile[] = [
  ['60 MiB of blanks, zipped', bomb(60), GZIP, 400],
  ['twenty megabytes of digits', Buffer.from(`{"a":${'9'.repeat(20_000_000)}`), {}, 400],
  ['a string that never ends', Buffer.from(`{"a":"${'\\\\'.repeat(5_000_000)}`), {}, 400],
  ['a million empty spans that break off', Buffer.from(`{"resourceSpans":[${'{},'.repeat(3_000_000)}`), {}, 400],
];

/** Sends each, then all at once, while somebody else sends spans all the time. */
async function under(hostile: Hostile[]): Promise<{ added: number; together: number; waits: number[] }> {
  const running = await runLocal(['--port', '0', '--db', join(folder(), 'traces.db')]);
  const pid = running.child.pid as number;
  const call = client(running.url);
  const sessionId = randomUUID();
  const waits: number[] = [];
  let healthy = true;
  const send = async (): Promise<void> => {
    const from = performance.now();
    const answer = await call('POST', '/v1/traces', traces([span({ attributes: inSession(sessionId) })]));
    waits.push(performance.now() - from);
    expect(answer.status).toBe(200);
  };
  for (let n = 0; n < 100; n++) await send();
  waits.length = 0;
  const before = residentMb(pid);
  let peak = before;
  const watch = setInterval(() => {
    peak = Math.max(peak, residentMb(pid));
  }, 20);
  const other = (async () => {
    while (healthy) await send();
  })();
  try {
    for (const [name, body, headers, expected] of hostile)
      expect([name, (await call('POST', '/v1/traces', body, headers)).status]).toEqual([name, expected]);
    const added = peak - before;
    const answers = await Promise.all(hostile.map(([, body, headers]) => call('POST', '/v1/traces', body, headers)));
    for (const [index, answer] of answers.entries()) expect([hostile[index]?.[3], 503]).toContain(answer.status);
    healthy = false;
    await other;
    expect(waits.length).toBeGreaterThan(10);
    return { added, together: peak - before, waits };
  } finally {
    healthy = false;
    clearInterval(watch);
    running.child.kill('SIGTERM');
    expect((await running.ended).code).toBe(0);
  }
}

const say = (what: string, { added, together, waits }: Awaited<ReturnType<typeof under>>): void => {
  if (LONG)
    process.stderr.write(
      `${what}: ${added.toFixed(0)} MB more one by one, ${together.toFixed(0)} MB at once; a healthy client's ${waits.length} requests: p99 ${percentile(waits, 0.99).toFixed(0)} ms, worst ${Math.max(...waits).toFixed(0)} ms\n`,
    );
};

test('bombs and broken bodies: refused; at most 100 MB more memory, and others are served meanwhile', async () => {
  const seen = await under(small);
  say('bombs and broken bodies', seen);
  expect(seen.added).toBeLessThan(LONG ? 100 : 200);
  expect(seen.together).toBeLessThan(300);
  expectWithin(percentile(seen.waits, 0.99), 100);
}, 60_000);

test('broken bodies of 20 MB: refused, and others are served meanwhile', async () => {
  const seen = await under(large);
  say('broken bodies of 20 MB', seen);
  expect(seen.added).toBeLessThan(500);
  expectWithin(percentile(seen.waits, 0.99), 500);
}, 60_000);
