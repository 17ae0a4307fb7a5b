import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const cli = join(__dirname, '..', '..', 'server', 'dist', 'cli.js');
const startMs = 15_000;

export interface LocalServerProcess {
  readonly url: string;
  readonly pid: number;
  /** Ends the process and keeps its data; `start` goes on from there, on the same port. */
  stop(): Promise<void>;
  start(): Promise<void>;
  /** Ends the process and removes its data. */
  remove(): Promise<void>;
}

function whenReady(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let out = '';
    const timer = setTimeout(() => reject(new Error(`The server is not ready after ${startMs} ms: ${out}`)), startMs);
    const read = (chunk: Buffer) => {
      out += chunk.toString();
      const url = /ready: (http:\S+)/.exec(out)?.[1];
      if (url) {
        clearTimeout(timer);
        resolve(url);
      }
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('exit', (code) => {
      clearTimeout(timer);
      reject(new Error(`The server ended with ${code}: ${out}`));
    });
  });
}

function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => child.once('exit', () => resolve()));
}

/** The built server as its users run it: a process of its own, a free port, a database that goes when the test ends. */
export async function runLocalServer(): Promise<LocalServerProcess> {
  if (!existsSync(cli)) throw new Error('The server is not built: run "npm run build".');
  const folder = mkdtempSync(join(tmpdir(), 'honeyhive-local-'));
  let child: ChildProcess;
  const launch = async (port: string): Promise<string> => {
    child = spawn(process.execPath, [cli, '--port', port, '--db', join(folder, 'traces.db')], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return whenReady(child);
  };
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), 8_000);
    await ended(child);
    clearTimeout(timer);
  };
  const url = await launch('0');
  return {
    url,
    get pid() {
      return child.pid as number;
    },
    stop,
    start: async () => void (await launch(new URL(url).port)),
    remove: async () => {
      await stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
