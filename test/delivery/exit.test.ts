import { execFile } from 'node:child_process';
import { type OtlpReceiver, startReceiver } from '../support/otlp-receiver.js';

/** Runs a program with a tracer `t`; resolves when it has ended, however it ends. */
function run(code: string, receiver: OtlpReceiver): Promise<void> {
  const program = `import { HoneyHiveTracer } from 'honeyhive-decorators';
    const t = HoneyHiveTracer.init({ serverUrl: 'http://127.0.0.1:${receiver.port}', sessionApi: false });
    t.trace('first', () => 1);
    ${code}`;
  const args = ['--input-type=module', '--eval', program];
  return new Promise((resolve) => {
    execFile(process.execPath, args, { env: { ...process.env, NODE_OPTIONS: '' }, timeout: 20_000 }, () => resolve());
  });
}

describe('a process that delivers at its end', () => {
  let receiver: OtlpReceiver;
  beforeEach(async () => {
    receiver = await startReceiver();
  });
  afterEach(() => receiver.close());

  it.each([
    ['in an exit listener', `process.on('exit', () => t.trace('late', () => 1));`],
    ['in an exit listener, after process.exit', `process.on('exit', () => t.trace('late', () => 1)); process.exit(3);`],
    [
      'in a beforeExit listener that exits',
      `process.once('beforeExit', () => { t.trace('late', () => 1); process.exit(0); });`,
    ],
    [
      'in a beforeExit listener that goes on, until process.exit',
      `process.once('beforeExit', () => setTimeout(() => { t.trace('late', () => 1); process.exit(0); }, 5));`,
    ],
    [
      'in a beforeExit listener that goes on, until a signal',
      `process.once('beforeExit', () => setTimeout(() => {
         t.trace('late', () => 1);
         process.kill(process.pid, 'SIGTERM');
         setInterval(() => 1, 1000);
       }, 5));`,
    ],
  ])('delivers what is traced later, too: %s', async (_when, code) => {
    await run(code, receiver);
    expect(receiver.spans.map(({ name }) => name)).toEqual(['first', 'late']);
  });
});
