#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { DEFAULT_DB, DEFAULT_PORT, startServer } from './app.js';

async function serve(argv: string[]): Promise<void> {
  const { values } = parseArgs({
    args: argv,
    options: { port: { type: 'string' }, host: { type: 'string' }, db: { type: 'string' }, json: { type: 'boolean' }, open: { type: 'boolean' }, retention: { type: 'string' } },
  });
  const env = process.env;
  const port = Number(values.port ?? (env.HH_LOCAL_PORT || DEFAULT_PORT));
  const db = values.db ?? (env.HH_LOCAL_DB || DEFAULT_DB);
  const server = await startServer({ port, host: values.host ?? (env.HH_LOCAL_HOST || '127.0.0.1'), db, ...(env.HH_LOCAL_KEYS ? { keys: env.HH_LOCAL_KEYS } : {}) });
  process.stdout.write(values.json ? `${JSON.stringify({ ready: true, url: server.url, db })}\n` : `honeyhive-local ready: ${server.url}\n`);
  const stop = (): void => {
    const limit = setTimeout(() => process.exit(1), 5000);
    server.close().then(() => {
      clearTimeout(limit);
      process.exit(0);
    }, () => process.exit(1));
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

const argv = process.argv.slice(2);
if (argv[0] === 'serve') argv.shift();
serve(argv).catch((error: unknown) => {
  process.stderr.write(`honeyhive-local: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
