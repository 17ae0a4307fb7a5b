/**
 * `npm start`: installs what is missing, builds what is stale, starts the local server, runs the atlas sample against
 * it and shows where to look. Options: --once (stop after the summary), --port N, --db FILE.
 */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from './build.mjs';
import { ensureInstalled } from './install.mjs';
import { startLocalServer } from './lib/local-server.mjs';
import { inRoot } from './lib/project.mjs';
import { runNode } from './lib/run.mjs';

const say = (text) => process.stdout.write(`${text}\n`);

function options() {
  const { values } = parseArgs({
    options: {
      once: { type: 'boolean', default: false },
      port: { type: 'string', default: process.env.HH_LOCAL_PORT || '4318' },
      db: { type: 'string', default: process.env.HH_LOCAL_DB || inRoot('.honeyhive', 'traces.db') },
    },
  });
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new Error(`--port ${values.port}: a number from 0 to 65535 is needed.`);
  return { once: values.once, port, db: resolve(values.db) };
}

/** The sample is shown as it is, whatever the shell is set up for: its spans go to the local server. */
function sampleEnvironment(url) {
  const kept = Object.entries(process.env).filter(([name]) => !/^(HH|OTEL)_/.test(name));
  return { ...Object.fromEntries(kept), HH_API_URL: url };
}

/** Ctrl-C and SIGTERM end the server first, at whatever point they come; before the sample's end they end it too. */
function stopOnSignal(server, state) {
  for (const [signal, number] of Object.entries({ SIGINT: 2, SIGTERM: 15 })) {
    process.once(signal, async () => {
      state.stopping = true;
      await server.stop();
      process.exit(state.result ?? 128 + number);
    });
  }
}

async function main() {
  const { once, port, db } = options();
  await ensureInstalled();
  await build();

  const server = await startLocalServer({ port, db });
  const state = { stopping: false, result: undefined };
  stopOnSignal(server, state);
  say(`\n  Local server  ${server.url}${server.ours ? '' : '  (it was running already)'}\n  Data          ${db}\n`);
  const sample = [inRoot('samples', 'atlas', 'dist', 'main.js'), '--verify'];
  const { code } = await runNode(sample, { env: sampleEnvironment(server.url) });
  state.result = code;
  say(`\n  ${code === 0 ? 'Look at it:' : 'The sample failed. What arrived:'}  ${server.url}\n`);
  if (once || !server.ours) {
    await server.stop();
    return code;
  }

  say('  Ctrl-C stops the server; the data stays.\n');
  await server.ended;
  if (!state.stopping) throw new Error('The local server ended by itself.');
  return code;
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
