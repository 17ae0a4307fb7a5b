import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { runChild } from '../lib/child.mjs';

/** A sink in a process of its own. */
async function startSink() {
  const child = spawn(process.execPath, [fileURLToPath(new URL('sink.mjs', import.meta.url))], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = await new Promise((resolve, reject) => {
    child.stdout.once('data', (line) => resolve(String(line).trim()));
    child.once('error', reject);
  });
  return { url, count: async () => (await fetch(`${url}/count`)).json(), stop: () => child.kill() };
}

/** One producer against one sink: what was made, what arrived, and what it took. */
export async function endToEnd({ subject, spans, pattern, rate = 10_000, payload = 'small', env }) {
  const sink = await startSink();
  try {
    const args = [subject, sink.url, String(spans), pattern, String(rate), payload];
    const measured = await runChild('end-to-end/producer.cjs', args, env === undefined ? {} : { env });
    const { spans: arrived, requests, bytes } = await sink.count();
    return { ...measured, arrived, requests, bytes };
  } finally {
    sink.stop();
  }
}
