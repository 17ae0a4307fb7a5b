/** Files cut short and bits flipped, anywhere in the database, its log and its index: never a crash, never a loop. */
import { randomUUID } from 'node:crypto';
import { copyFileSync, existsSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { startServer } from 'honeyhive-local';
import { client, folder, hex, inSession, local, span, traces } from '../support/local';
import { LONG } from '../support/measure';
import { random } from '../support/random';
import { runLocal } from '../support/run-local';

const seed = Number(process.env.HH_SEED ?? 20260211);
const each = LONG ? 60 : 2;

interface Sample {
  where: string;
  db: string;
  sessionId: string;
}

/** A database as a kill leaves it: most of it in the file, some of it in the log. */
async function sample(): Promise<Sample> {
  const where = folder();
  const db = join(where, 'traces.db');
  const sessionId = randomUUID();
  const first = await local({ db });
  for (let n = 0; n < 20; n++)
    await first.call(
      'POST',
      '/v1/traces',
      traces([span({ attributes: inSession(sessionId, { 'honeyhive_outputs.result': hex(2000) }) })]),
    );
  await first.close();
  const running = await runLocal(['--port', '0', '--db', db]);
  const call = client(running.url);
  for (let n = 0; n < 5; n++)
    await call('POST', '/v1/traces', traces([span({ attributes: inSession(sessionId, { n }) })]));
  running.child.kill('SIGKILL');
  await running.ended;
  return { where, db, sessionId };
}

function copyOf(original: Sample): string {
  const db = join(folder(), 'traces.db');
  for (const suffix of ['', '-wal', '-shm'])
    if (existsSync(original.db + suffix)) copyFileSync(original.db + suffix, db + suffix);
  return db;
}

/**
 * Opens it twice, as somebody does who sees that it does not work and starts it again. Every answer is one that the
 * API knows; where the file was put aside, all of it is still there under the other name.
 */
async function use(db: string, sessionId: string): Promise<'kept' | 'put aside' | 'damaged inside'> {
  const before = readFileSync(db);
  let outcome: 'kept' | 'put aside' | 'damaged inside' = 'kept';
  for (let start = 0; start < 2; start++) {
    const notices: string[] = [];
    const server = await startServer({ port: 0, db, onNotice: (text) => notices.push(text) });
    const call = client(server.url);
    try {
      const aside = readdirSync(dirname(db)).find((name) => /\.damaged-[^-]+-\d\d-\d\dT[-\d]+Z$/.test(name));
      if (aside !== undefined && start === 0) {
        outcome = 'put aside';
        expect(notices.join()).toContain(aside);
        // SQLite brings the log into the file as it lets go of it.
        expect(readFileSync(join(dirname(db), aside)).length).toBeGreaterThanOrEqual(before.length);
      }
      const answers = [
        await call('GET', '/api/sessions'),
        await call('GET', `/api/sessions/${sessionId}`),
        await call('GET', '/api/spans?limit=1000'),
        await call('GET', '/api/sessions?q=text'),
        await call('POST', '/v1/traces', traces([span()])),
        await call('GET', '/healthz'),
      ];
      for (const { status } of answers) expect([200, 404, 500, 503]).toContain(status);
      expect(answers.at(-1)?.status).toBe(200);
      const ok = answers.every(({ status }) => status < 500);
      if (!ok) outcome = 'damaged inside';
      // What was put aside leaves a new file that has no fault.
      if (outcome === 'put aside') expect(ok).toBe(true);
    } finally {
      await server.close();
    }
  }
  return outcome;
}

const flips = (file: string, next: () => number): string => {
  const bytes = readFileSync(file);
  const at = Math.floor(next() * bytes.length);
  bytes[at] = (bytes[at] as number) ^ (1 << Math.floor(next() * 8));
  writeFileSync(file, bytes);
  return `bit flipped in byte ${at}`;
};
const cuts = (file: string, next: () => number): string => {
  const length = Math.floor(next() * readFileSync(file).length);
  truncateSync(file, length);
  return `cut to ${length} bytes`;
};

test.each([
  ['the database', 'cut short', '', cuts],
  ['the database', 'a bit flipped', '', flips],
  ['the log', 'cut short', '-wal', cuts],
  ['the log', 'a bit flipped', '-wal', flips],
  ['the index of the log', 'cut short', '-shm', cuts],
  ['the index of the log', 'a bit flipped', '-shm', flips],
] as const)(
  `%s: %s at ${each} places`,
  async (_file, _damage, suffix, damage) => {
    const original = await sample();
    expect(existsSync(original.db + suffix)).toBe(true);
    const next = random(seed);
    const outcomes: Record<string, number> = {};
    for (let n = 0; n < each; n++) {
      const db = copyOf(original);
      const what = damage(db + suffix, next);
      const outcome = await use(db, original.sessionId).catch((error: Error) => {
        throw new Error(`seed ${seed}, number ${n}, ${what}: ${error.message}`);
      });
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
      // The log and its index have checksums or are made anew: what they hold may be lost, the rest not.
      if (suffix === '-shm') expect({ what, outcome }).toEqual({ what, outcome: 'kept' });
    }
    if (LONG) process.stderr.write(`${suffix || 'database'}: ${JSON.stringify(outcomes)}\n`);
  },
  LONG ? 600_000 : 60_000,
);
