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

async function main() {
  const { once, port, db } = options();
  await ensureInstalled();
  await build();

  const server = await startLocalServer({ port, db });
  say(`\n  Local server  ${server.url}${server.ours ? '' : '  (it was running already)'}\n  Data          ${db}\n`);
  const sample = await runNode([inRoot('samples', 'atlas', 'dist', 'main.js'), '--verify'], {
    env: sampleEnvironment(server.url),
  });
  say(`\n  ${sample.code === 0 ? 'Look at it:' : 'The sample failed. What arrived:'}  ${server.url}\n`);
  if (once || !server.ours) {
    await server.stop();
    return sample.code;
  }

  say('  Ctrl-C stops the server; the data stays.\n');
  const stopped = new Promise((done) => {
    for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => done('asked'));
  });
  if ((await Promise.race([stopped, server.ended])) !== 'asked') throw new Error('The local server ended by itself.');
  await server.stop();
  return sample.code;
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
