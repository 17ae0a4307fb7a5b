import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { inRoot, root } from './project.mjs';

const readyWithinMs = 60_000;
const portsTried = 20;

/** The local server that keeps its data in this file, if one runs on this port or on one it moved to. */
async function runningServer(port, db) {
  if (port === 0) return undefined;
  const { fileFingerprint } = createRequire(import.meta.url)(inRoot('server/dist/store/sqlite/store-file.js'));
  const wanted = fileFingerprint(db);
  for (let tried = port; tried <= port + portsTried; tried += 1) {
    const url = `http://127.0.0.1:${tried}`;
    const health = await healthOf(url);
    if (health === 'nobody') return undefined;
    if (health.service === 'honeyhive-local' && health.db === wanted) return url;
  }
  return undefined;
}

/** What listens there says of itself; 'nobody' where nothing listens. */
async function healthOf(url) {
  try {
    const answer = await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(1_000) });
    return (await answer.json()) ?? {};
  } catch (error) {
    return error.cause?.code === 'ECONNREFUSED' ? 'nobody' : {};
  }
}

/** What the server says on stdout once it listens: `{"ready":true,"url":...}`. */
function readyLine(child) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`The local server was not ready within ${readyWithinMs / 1000} s.`)),
      readyWithinMs,
    );
    const stop = (work) => (value) => {
      clearTimeout(timer);
      work(value);
    };
    createInterface({ input: child.stdout }).on('line', (line) => {
      try {
        const said = JSON.parse(line);
        if (said.ready) stop(resolve)(said);
      } catch {
        process.stderr.write(`${line}\n`);
      }
    });
    child.once('error', stop(reject));
    child.once('exit', (code) =>
      stop(reject)(new Error(`The local server ended before it was ready (exit code ${code}).`)),
    );
  });
}

/**
 * Starts the local server, or finds the one that already serves this file.
 * @returns {Promise<{ url: string, ours: boolean, ended: Promise<number>, stop(): Promise<void> }>}
 */
export async function startLocalServer({ port, db }) {
  const found = await runningServer(port, db);
  if (found) return { url: found, ours: false, ended: new Promise(() => {}), stop: async () => {} };

  const args = [inRoot('server', 'dist', 'cli.js'), 'serve', '--json', '--port', String(port), '--db', db];
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => {
    child.once('exit', (code) => resolve(code ?? 1));
  });
  const abandon = () => child.kill();
  process.once('exit', abandon);
  const { url } = await readyLine(child);

  const stop = async () => {
    process.off('exit', abandon);
    child.kill('SIGTERM');
    const hard = setTimeout(() => child.kill('SIGKILL'), 10_000);
    await ended;
    clearTimeout(hard);
  };
  return { url, ours: true, ended, stop };
}
