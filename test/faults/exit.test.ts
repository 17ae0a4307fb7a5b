import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { report, runProgram, startProgram } from '../support/fault-program.js';
import { type OtlpReceiver, startReceiver } from '../support/otlp-receiver.js';
import { TEST_CERTIFICATE, TEST_KEY } from '../support/tls.js';

const SPANS = 50;
/** Every variant under `npm run test:faults`; one of each kind otherwise. */
const long = process.env.HH_LONG === '1';
function some<T>(all: readonly T[], few: readonly T[]): readonly T[] {
  return long ? all : few;
}

describe('the end of the process', () => {
  let receiver: OtlpReceiver;
  let server: string;
  beforeEach(async () => {
    receiver = await startReceiver();
    server = `http://127.0.0.1:${receiver.port}`;
  });
  afterEach(() => receiver.close());

  function names(): string[] {
    return receiver.spans.map((span) => span.name);
  }
  function expectAll(name: string, more = 0): void {
    const delivered = new Set(receiver.spans.map((span) => span.spanId)).size;
    report(name, { made: SPANS + more, delivered, dropped: SPANS + more - delivered });
    expect(delivered).toBe(SPANS + more);
  }

  it('S1: a script that just ends delivers everything', async () => {
    const result = await runProgram({ server, ending: 'natural' });
    expect(result).toMatchObject({ code: 0, signal: null, stderr: '' });
    expectAll('S1 natural end');
  });

  it('S1: many spans are delivered by the process itself, before it ends', async () => {
    const result = await runProgram({ server, ending: 'natural', spans: 3_000, stats: true });
    expect(result.stdout).toContain('"delivered":3000');
  });

  it('S1: listeners of beforeExit fire as often as without tracing', async () => {
    const traced = await runProgram({ server, ending: 'beforeExitListeners' });
    const plain = await runProgram({ server, ending: 'beforeExitListeners', options: { disabled: true } });
    expect(traced.stdout).toBe(plain.stdout);
    expect(traced.stdout).toContain('beforeExit 2');
    expectAll('S1 beforeExit listeners', 1);
  });

  it('S2: process.exit delivers and keeps the code', async () => {
    const result = await runProgram({ server, ending: 'exit' });
    expect(result).toMatchObject({ code: 7, signal: null, stderr: '' });
    expectAll('S2 process.exit');
  });

  it('S1: an evaluator that does not answer costs its score, not the span it holds', async () => {
    const result = await runProgram({ server, ending: 'slowEvaluator' });
    expect(result).toMatchObject({ code: 0, signal: null });
    expect(result.afterMs).toBeLessThan(4_000);
    expectAll('S1 slow evaluator', 1);
    expect(names().filter((name) => name.endsWith('answer'))).toHaveLength(1);
  });

  it('S2: a spool without room does not keep the last attempt from being made', async () => {
    let failed = false;
    receiver.answer = (_request, response) => {
      if (failed) return false;
      failed = true;
      response.writeHead(503).end();
      return true;
    };
    const directory = mkdtempSync(join(tmpdir(), 'full-spool-'));
    const options = { spool: { directory, maxBytes: 100 } };
    await runProgram({ server, ending: 'flushThenExit', flushMs: 50, options });
    rmSync(directory, { recursive: true });
    expectAll('S2 full spool', 1);
  });

  it.each([
    ['on the command line', ['--use-openssl-ca'], ''],
    ['in NODE_OPTIONS', [], '--use-openssl-ca'],
    ['beside one with a value', ['--dns-result-order', 'ipv4first', '--use-openssl-ca'], ''],
  ])(
    'S2: certificates that the program trusts by a flag %s are trusted by the last delivery',
    async (_where, flags, env) => {
      const directory = mkdtempSync(join(tmpdir(), 'certificate-'));
      writeFileSync(join(directory, 'ca.pem'), TEST_CERTIFICATE);
      const paths: string[] = [];
      const secure = createServer({ key: TEST_KEY, cert: TEST_CERTIFICATE }, (request, response) => {
        paths.push(request.url ?? '');
        request.resume().on('end', () => response.end());
      });
      await new Promise<void>((resolve) => secure.listen(0, resolve));
      const { port } = secure.address() as AddressInfo;
      const environment = { SSL_CERT_FILE: join(directory, 'ca.pem'), ...(env === '' ? {} : { NODE_OPTIONS: env }) };
      const plan = { server: `https://localhost:${port}`, ending: 'flushThenExit' };
      const result = await startProgram(plan, flags, environment).result;
      secure.closeAllConnections();
      secure.close();
      rmSync(directory, { recursive: true });
      expect(result).toMatchObject({ code: 7, stderr: '' });
      expect(paths).toHaveLength(2);
    },
  );

  it('S2: process.exit inside a span ends that span and says why', async () => {
    const result = await runProgram({ server, ending: 'exitInside' });
    expect(result.code).toBe(3);
    expectAll('S2 process.exit in a span', 1);
    expect(names()).toContain('open');
    expect(Buffer.concat(receiver.requests.map((request) => request.body)).includes('process ended')).toBe(true);
  });

  it('S2: process.exit in an exit listener keeps its code', async () => {
    const result = await runProgram({ server, ending: 'exitTwice' });
    expect(result.code).toBe(9);
    expect(names().length).toBeGreaterThanOrEqual(SPANS);
  });

  it.each(some(['throw', 'throwNull', 'reject'], ['throw', 'reject']))(
    'S3: %s delivers, message and code stay',
    async (ending) => {
      const traced = await runProgram({ server, ending });
      const plain = await runProgram({ server, ending, options: { disabled: true } });
      expect({ code: traced.code, stderr: traced.stderr }).toEqual({ code: plain.code, stderr: plain.stderr });
      expect(traced.code).toBe(1);
      expectAll(`S3 ${ending}`);
    },
  );

  it.each(some<NodeJS.Signals>(['SIGTERM', 'SIGINT', 'SIGHUP'], ['SIGTERM']))(
    'S4: %s delivers and still kills',
    async (signal) => {
      const program = startProgram({ server, ending: 'wait' });
      await program.said('DONE');
      program.child.kill(signal);
      expect(await program.result).toMatchObject({ code: null, signal, stderr: '' });
      expectAll(`S4 ${signal}`);
    },
  );

  it("S4: with a handler of the app's own, it decides", async () => {
    const program = startProgram({ server, ending: 'waitWithHandler' });
    await program.said('DONE');
    program.child.kill('SIGTERM');
    const result = await program.result;
    expect(result).toMatchObject({ code: 5, signal: null });
    expect(result.stdout).toContain('handled');
    expectAll('S4 own handler');
  });

  it('S4: a handler that looks whether it is alone still works', async () => {
    const program = startProgram({ server, ending: 'waitWithSignalExit' });
    await program.said('DONE');
    program.child.kill('SIGTERM');
    const result = await program.result;
    expect(result).toMatchObject({ signal: 'SIGTERM' });
    expect(result.stdout).toContain('listeners 1');
    expectAll('S4 signal-exit');
  });

  it.each(some(['natural', 'exit'], ['exit']))(
    'S28: a worker thread delivers at its end (%s)',
    async (workerEnding) => {
      const result = await runProgram({ server, ending: 'worker', workerEnding });
      expect(result.stdout).toContain(`worker exit ${workerEnding === 'exit' ? 7 : 0}`);
      expectAll(`S28 worker, ${workerEnding}`, SPANS);
    },
  );

  it('S28: forked processes deliver too', async () => {
    await runProgram({ server, ending: 'cluster' });
    expectAll('S28 fork', 2 * SPANS);
  });
});

describe('the end of the process with a dead back end', () => {
  const LIMIT_MS = 2_600; // The 2 s of the promise, and what a loaded machine needs to start and reap processes.

  function tell(name: string, stdout: string, ms: number): void {
    // A process that a signal kills has no `exit` event in which to tell its counts.
    const {
      made = SPANS,
      delivered = 'unknown',
      dropped = 'unknown',
    } = JSON.parse(/stats (\{.*\})/.exec(stdout)?.[1] ?? '{}');
    report(name, { made, delivered, dropped, ms: Math.round(ms) });
  }

  it.concurrent.each(some(['natural', 'exit', 'throw'], ['throw']))(
    'refused, %s: at most 2 s longer',
    async (ending) => {
      const gone = await startReceiver();
      await gone.close();
      const result = await runProgram({ server: `http://127.0.0.1:${gone.port}`, ending, stats: true });
      tell(`dead (refused), ${ending}`, result.stdout, result.afterMs);
      expect(result.afterMs).toBeLessThan(LIMIT_MS);
      expect(result.code).toBe({ natural: 0, exit: 7, throw: 1 }[ending]);
      expect(result.stderr).toContain('50 spans and updates could not be delivered');
    },
  );

  it.concurrent.each(some(['natural', 'exit', 'SIGTERM'], ['natural', 'SIGTERM']))(
    'hung, %s: at most 2 s longer',
    async (ending) => {
      const receiver = await startReceiver();
      receiver.answer = () => true;
      const program = startProgram({
        server: `http://127.0.0.1:${receiver.port}`,
        ending: ending === 'SIGTERM' ? 'wait' : ending,
        stats: true,
      });
      await program.said('DONE');
      const started = performance.now();
      if (ending === 'SIGTERM') program.child.kill('SIGTERM');
      const result = await program.result;
      const ms = performance.now() - started;
      await receiver.close();
      tell(`dead (hung), ${ending}`, result.stdout, ms);
      expect(ms).toBeLessThan(LIMIT_MS);
      if (ending === 'SIGTERM') expect(result.signal).toBe('SIGTERM');
    },
  );

  it.concurrent('dripping: at most 2 s longer', async () => {
    const receiver = await startReceiver();
    receiver.answer = (_request, response) => {
      response.writeHead(200, { 'content-length': '1000' });
      response.write('x');
      return true;
    };
    const result = await runProgram({ server: `http://127.0.0.1:${receiver.port}`, ending: 'exit', stats: true });
    await receiver.close();
    tell('dead (dripping), exit', result.stdout, result.afterMs);
    expect(result.afterMs).toBeLessThan(LIMIT_MS);
  });
});
