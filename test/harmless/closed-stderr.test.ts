import { spawn } from 'node:child_process';

/** The program warns of a back end that is not there, twice, and says at its end that it has lived on. */
const PROGRAM = `
  import { HoneyHiveTracer } from 'honeyhive-decorators';
  process.stdin.once('data', () => {
    const tracer = HoneyHiveTracer.init({ serverUrl: 'http://127.0.0.1:9' });
    tracer.trace('x', () => 1);
    void tracer.close({ timeoutMs: 100 }).then(() => {
      console.log('lived on');
      process.stdin.unref();
    });
  });
  process.on('beforeExit', () => console.log('listeners left', process.stderr.listenerCount('error')));
`;

it('a warning to a stderr that nobody reads any more does not end the process', async () => {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', PROGRAM], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  child.stderr.destroy();
  child.stderr.on('close', () => child.stdin.write('go\n'));
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => {
    said += String(chunk);
  });
  const code = await new Promise((resolve) => child.on('close', resolve));
  expect({ code, said }).toEqual({ code: 0, said: 'lived on\nlisteners left 0\n' });
});
