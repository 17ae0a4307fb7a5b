import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { type RestReceiver, startRestReceiver } from '../support/rest-receiver.js';

const ID = 'aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa';
const hook = join(process.cwd(), 'test', 'support', 'typescript-hook.cjs');

let receiver: RestReceiver;
beforeEach(async () => {
  receiver = await startRestReceiver();
});
afterEach(() => receiver.close());

/** Runs a program that has a session queue `queue` in a process of its own. */
function run(program: string): Promise<{ stdout: string; stderr: string; code: number | null }> {
  const source = `
    const { createSessionQueue } = require(${JSON.stringify(join(process.cwd(), 'src', 'session', 'queue.ts'))});
    const none = () => {};
    const ledger = { made: none, delivered: none, spooled: none, dropped: none, request: none, retry: none };
    const queue = createSessionQueue({
      serverUrl: process.argv[1], headers: { Authorization: 'Bearer k' }, ledger, allowInsecure: false,
    });
    const start = { session: { session_id: '${ID}', session_name: 's', source: 'dev' } };
    ${program}`;
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ['-r', hook, '-e', source, receiver.url],
      { timeout: 15_000 },
      (error, stdout, stderr) => {
        resolve({ stdout, stderr, code: error === null ? 0 : ((error as { code?: number | null }).code ?? null) });
      },
    );
  });
}

it('a program that awaits an update with nothing else to do comes to its end', async () => {
  const result = await run(`
    void queue.start('${ID}', start);
    queue.update('${ID}', { metadata: { a: 1 } }).then(() => console.log('done'));`);
  expect(result).toMatchObject({ stdout: 'done\n', stderr: '', code: 0 });
  expect(receiver.requests.map((r) => r.path)).toEqual(['/session/start', '/events']);
});

it('a program that awaits many updates comes to its end too, while the server answers', async () => {
  receiver.answer(() => ({ after: new Promise((resolve) => setTimeout(resolve, 200)) }));
  const result = await run(`
    Promise.all(Array.from({ length: 48 }, (_, i) => queue.update('event-' + i, { metadata: { i } }))).then(() => console.log('done'));`);
  expect(result).toMatchObject({ stdout: 'done\n', code: 0 });
  expect(receiver.requests).toHaveLength(48);
});

it('a server that hangs does not keep a program alive', async () => {
  receiver.answer(() => ({ hang: true }));
  const result = await run(`
    void queue.start('${ID}', start);
    void queue.update('${ID}', { metadata: { a: 1 } });
    process.on('exit', () => console.log(queue.takeUnsent().map((r) => r.kind + ' ' + r.items).join()));`);
  // It ended while the attempt was under way: its time-out would have left a warning.
  expect(result).toEqual({ stdout: 'session 0,enrichment 1\n', stderr: '', code: 0 });
});

it('a flush that is awaited keeps the program alive to its deadline', async () => {
  receiver.answer(() => ({ hang: true }));
  const result = await run(`
    void queue.update('${ID}', { metadata: { a: 1 } });
    queue.drain(performance.now() + 1_500).then(() => console.log('flushed'));`);
  expect(result).toMatchObject({ stdout: 'flushed\n', code: 0 });
});

it('loads axios with the first request only', async () => {
  const result = await run(`
    const loaded = () => Object.keys(require.cache).some((path) => /node_modules.axios/.test(path));
    const before = loaded();
    queue.update('${ID}', { metadata: { a: 1 } }).then(() => console.log(before, loaded()));`);
  expect(result.stdout).toBe('false true\n');
});
