import { execFile, execFileSync } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

const program = join(__dirname, 'program.mjs');
const cases = JSON.parse(
  execFileSync(process.execPath, [program, '--list', 'cjs', 'plain'], { encoding: 'utf8' }),
) as string[];

interface Outcome {
  code: number | null;
  stdout: string;
  /** The line with which Node reports what killed the process. */
  reported: string | undefined;
}

let up: Server;
let hanging: Server;
beforeAll(async () => {
  up = createServer((request, response) => request.resume().on('end', () => response.end('{}')));
  hanging = createServer(() => undefined);
  await Promise.all(
    [up, hanging].map((server) => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))),
  );
});
afterAll(() => {
  for (const server of [up, hanging]) {
    server.closeAllConnections();
    server.close();
  }
});

function url(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function run(name: string, system: string, state: string): Promise<Outcome> {
  return new Promise((resolve) => {
    const env = { ...process.env, BACK_END: url(up), HANGING: url(hanging), HH_API_KEY: '', NODE_OPTIONS: '' };
    const child = execFile(
      process.execPath,
      [program, name, system, state],
      { env, timeout: 15_000 },
      (_error, stdout, stderr) =>
        resolve({ code: child.exitCode, stdout, reported: /^(?:\w*Error)(?: \[.*\])?: .*$/m.exec(stderr)?.[0] }),
    );
  });
}

const STATES = ['plain', 'up', 'down', 'hanging', 'disabled'];
/** Most of the time a run waits for a back end that does not answer: many fit side by side. */
const SIDE_BY_SIDE = 8;
const outcomes = new Map<string, Outcome>();

describe('what the outside world sees of a process', () => {
  beforeAll(async () => {
    const left = cases.flatMap((name) =>
      STATES.map((state, index) => ({ name, state, system: index % 2 === 0 ? 'esm' : 'cjs' })),
    );
    const worker = async (): Promise<void> => {
      for (let next = left.pop(); next !== undefined; next = left.pop()) {
        outcomes.set(`${next.name}/${next.state}`, await run(next.name, next.system, next.state));
      }
    };
    await Promise.all(Array.from({ length: SIDE_BY_SIDE }, worker));
  }, 120_000);

  it.each(cases)('%s', (name) => {
    const plain = outcomes.get(`${name}/plain`);
    for (const state of STATES) expect({ state, ...outcomes.get(`${name}/${state}`) }).toEqual({ state, ...plain });
  });
});
