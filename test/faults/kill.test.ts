import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { report, runProgram, startProgram } from '../support/fault-program.js';
import { type OtlpReceiver, startReceiver } from '../support/otlp-receiver.js';

const long = process.env.HH_LONG === '1';
const CYCLES = long ? 100 : 3;
describe('S5: the process dies without a word, with a spool', () => {
  let receiver: OtlpReceiver;
  let directory: string;
  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'spool-'));
    receiver = await startReceiver();
  });
  afterEach(async () => {
    await receiver.close();
    rmSync(directory, { recursive: true, force: true });
  });

  const distinct = () => new Set(receiver.spans.map((span) => span.spanId)).size;
  const plan = (more: object) => ({
    server: `http://127.0.0.1:${receiver.port}`,
    options: { spool: directory },
    ending: 'natural',
    ...more,
  });
  const spools = () => readdirSync(directory).filter((name) => name.endsWith('.spool'));
  /** Resolves once a span of that name is on disk or with the back end: from then on it is owed. */
  async function safe(name: string): Promise<void> {
    const deadline = performance.now() + 10_000;
    while (performance.now() < deadline) {
      if (receiver.spans.some((span) => span.name === name) || spools().some((file) => contains(file, name))) return;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    throw new Error(`${name} was neither written nor delivered within 10 s`);
  }
  function contains(file: string, text: string): boolean {
    try {
      return readFileSync(join(directory, file)).includes(text);
    } catch {
      return false; // Renamed or removed meanwhile.
    }
  }
  function down(): void {
    receiver.answer = (_request, response) => {
      response.writeHead(503).end();
      return true;
    };
  }

  it(
    `${CYCLES} cycles of kill -9: every span that was written is delivered once`,
    async () => {
      const seed = Number(process.env.HH_SEED ?? Date.now() % 1_000_000);
      let made = 0;
      for (let cycle = 0; cycle < CYCLES; cycle++) {
        // Every other time the back end is there, and the kill comes at any moment of sending.
        if (cycle % 2 === 0) down();
        else receiver.answer = undefined;
        const program = startProgram(plan({ ending: 'wait', spans: 20, prefix: `cycle ${cycle},` }));
        await program.said('DONE');
        made += 20;
        await safe(`cycle ${cycle}, 19`);
        await new Promise((resolve) => setTimeout(resolve, ((seed + cycle) * 48_271) % 60));
        program.child.kill('SIGKILL');
        expect((await program.result).signal).toBe('SIGKILL');
      }
      receiver.answer = undefined;
      const before = receiver.spans.length;
      await runProgram(plan({ spans: 0, ending: 'closed', flushMs: 20_000 }));
      report(`S5 kill -9, ${CYCLES} cycles`, {
        made,
        delivered: distinct(),
        dropped: made - distinct(),
        resent: receiver.spans.length - before,
        duplicates: receiver.spans.length - distinct(),
        seed,
      });
      expect(distinct()).toBe(made);
      expect(spools()).toHaveLength(0);
    },
    long ? 300_000 : 30_000,
  );

  it.each(long ? ['abort', 'exit'] : ['abort'])('%s with a dead back end: the next start sends it', async (ending) => {
    down();
    await runProgram(plan({ ending }));
    expect(distinct()).toBe(0);
    receiver.answer = undefined;
    await runProgram(plan({ spans: 0, ending: 'natural' }));
    report(`S5 ${ending}`, { made: 50, delivered: distinct(), dropped: 50 - distinct() });
    expect(distinct()).toBe(50);
    expect(spools()).toHaveLength(0);
  });

  it('two processes that start at once share what was left: each span once', async () => {
    down();
    await Promise.all([1, 2, 3].map(() => runProgram(plan({ ending: 'exit' }))));
    receiver.answer = undefined;
    await Promise.all([1, 2].map(() => runProgram(plan({ spans: 0, ending: 'closed' }))));
    report('S5 two at once', {
      made: 150,
      delivered: distinct(),
      dropped: 150 - distinct(),
      duplicates: receiver.spans.length - distinct(),
    });
    expect(distinct()).toBe(150);
    expect(receiver.spans).toHaveLength(150);
  });
});
