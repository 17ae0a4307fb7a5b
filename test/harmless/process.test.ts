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
      { env, timeout: 20_000 },
      (_error, stdout, stderr) =>
        resolve({ code: child.exitCode, stdout, reported: /^(?:\w*Error)(?: \[.*\])?: .*$/m.exec(stderr)?.[0] }),
    );
  });
}

const STATES = ['up', 'down', 'hanging', 'disabled'];
/** All states with every case, and both builds, where there is time; else each case in two states, in turn. */
const isLong = process.env.HH_LONG === '1';
/** What depends on how the process ends is run everywhere all the same. */
const EVERYWHERE = new Set(['listeners fire as often']);
/** Most of the time a run waits for a back end that does not answer: many fit side by side. */
const SIDE_BY_SIDE = 8;
const outcomes = new Map<Run, Outcome>();

interface Run {
  name: string;
  state: string;
  system: string;
}

function runs(): Run[] {
  return cases.flatMap((name, index) => {
    const plain = { name, state: 'plain', system: 'esm' };
    if (isLong || EVERYWHERE.has(name))
      return [plain, ...STATES.flatMap((state) => ['esm', 'cjs'].map((system) => ({ name, state, system })))];
    const other = STATES[1 + (index % (STATES.length - 1))] as string;
    const [first, second] = index % 2 === 0 ? ['esm', 'cjs'] : ['cjs', 'esm'];
    return [plain, { name, state: 'up', system: first as string }, { name, state: other, system: second as string }];
  });
}

describe('what the outside world sees of a process', () => {
  beforeAll(async () => {
    const left = runs();
    const worker = async (): Promise<void> => {
      for (let next = left.pop(); next !== undefined; next = left.pop()) {
        outcomes.set(next, await run(next.name, next.system, next.state));
      }
    };
    await Promise.all(Array.from({ length: SIDE_BY_SIDE }, worker));
  }, 120_000);

  it.each(cases)('%s', (name) => {
    const all = [...outcomes].filter(([one]) => one.name === name);
    const plain = all.find(([one]) => one.state === 'plain')?.[1];
    expect(plain).toBeDefined();
    for (const [one, outcome] of all) expect({ one, outcome }).toEqual({ one, outcome: plain });
  });
});
