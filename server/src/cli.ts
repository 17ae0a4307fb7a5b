#!/usr/bin/env node
import { spawn } from 'node:child_process';
import { parseArgs } from 'node:util';
import { DEFAULT_DB, DEFAULT_PORT, startServer } from './app.js';
import type { Command } from './cli/command.js';
import { COMMANDS } from './cli/commands.js';
import { CliError, errorLine, wrong } from './cli/errors.js';
import { openSource } from './cli/open-source.js';
import { readPrices } from './cli/prices.js';
import { parseSize } from './cli/sizes.js';
import type { Source } from './cli/source.js';
import { refuseRest } from './cli/taken.js';
import { packageVersion } from './package-version.js';

const HELP = `honeyhive-local: traces on your own machine

  honeyhive-local [serve] [--port ${DEFAULT_PORT}] [--host 127.0.0.1] [--db ${DEFAULT_DB}] [--retention 2GB] [--open] [--json]
  honeyhive-local sessions list [--q QUERY] [--limit 20]
  honeyhive-local sessions show <id>
  honeyhive-local sessions tail
  honeyhive-local export <id>... > sessions.ndjson
  honeyhive-local import <file>...
  honeyhive-local prune --retention 1GB | --older-than 30d | --keep 1000
  honeyhive-local compact
  honeyhive-local stats
  honeyhive-local doctor

All but serve take --url (a running server) or --db (a file; to change it no server may have it open), and --json.
HH_API_KEY holds the key for a server that asks for one.
Environment: HH_LOCAL_PORT, HH_LOCAL_HOST, HH_LOCAL_DB, HH_LOCAL_RETENTION, HH_LOCAL_KEYS, HH_LOCAL_HOSTS, HH_LOCAL_PRICES.`;

const OPTIONS = {
  port: { type: 'string' },
  host: { type: 'string' },
  db: { type: 'string' },
  url: { type: 'string' },
  retention: { type: 'string' },
  open: { type: 'boolean' },
  json: { type: 'boolean' },
  q: { type: 'string' },
  limit: { type: 'string' },
  'older-than': { type: 'string' },
  keep: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'v' },
} as const;

const SERVE_FLAGS = ['port', 'host', 'db', 'retention', 'open', 'json'];

function parse(argv: string[]) {
  try {
    return parseArgs({ args: argv, options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new CliError(
      `${error instanceof Error ? error.message.split('.')[0] : String(error)}; 'honeyhive-local --help' shows what there is`,
    );
  }
}

type Values = ReturnType<typeof parse>['values'];

async function serve(values: Values): Promise<void> {
  const { env } = process;
  const portText = values.port ?? (env.HH_LOCAL_PORT || String(DEFAULT_PORT));
  const port = Number(portText);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) wrong('--port', portText, 'a whole number from 0 to 65535');
  const retentionText = values.retention ?? (env.HH_LOCAL_RETENTION || '2GB');
  const retentionBytes = parseSize(retentionText);
  if (retentionBytes === undefined)
    wrong('--retention', retentionText, 'a size such as 500MB or 2GB, or 0 to keep everything');
  const db = values.db ?? (env.HH_LOCAL_DB || DEFAULT_DB);
  const prices = env.HH_LOCAL_PRICES ? readPrices(env.HH_LOCAL_PRICES) : undefined;
  const server = await startServer({
    port,
    host: values.host ?? (env.HH_LOCAL_HOST || '127.0.0.1'),
    db,
    retentionBytes,
    ...(env.HH_LOCAL_KEYS ? { keys: env.HH_LOCAL_KEYS } : {}),
    ...(env.HH_LOCAL_HOSTS
      ? {
          allowedHosts: env.HH_LOCAL_HOSTS.split(',')
            .map((name) => name.trim())
            .filter((name) => name !== ''),
        }
      : {}),
    ...(prices ? { prices } : {}),
  });
  process.stdout.write(
    values.json
      ? `${JSON.stringify({ ready: true, url: server.url, db })}\n`
      : `honeyhive-local ready: ${server.url}\n`,
  );
  if (values.open) openBrowser(server.url);
  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    setTimeout(() => process.exit(1), 4500).unref();
    server.close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

function openBrowser(url: string): void {
  const command = process.platform === 'darwin' ? 'open' : process.platform === 'win32' ? 'explorer' : 'xdg-open';
  const child = spawn(command, [url], { stdio: 'ignore', detached: true });
  child.on('error', () => process.stderr.write(`honeyhive-local: open ${url} in a browser\n`));
  child.unref();
}

async function main(): Promise<void> {
  const { values, positionals } = parse(process.argv.slice(2));
  const [first = 'serve', second = 'list', ...others] = positionals;
  const [name, args] = first === 'sessions' ? [`sessions ${second}`, others] : [first, positionals.slice(1)];
  if (values.help) process.stdout.write(`${HELP}\n`);
  else if (values.version) process.stdout.write(`${packageVersion()}\n`);
  else if (name === 'serve') {
    refuseRest(name, SERVE_FLAGS, 0, values, args);
    await serve(values);
  } else {
    const command = COMMANDS.get(name);
    if (!command)
      throw new CliError(
        `'${name}' is not known; ${first === 'sessions' ? 'there are: sessions list, sessions show <id>, sessions tail' : "'honeyhive-local --help' shows what there is"}`,
      );
    await run(name, command, args, values);
  }
}

async function run(name: string, command: Command, args: string[], values: Values): Promise<void> {
  refuseRest(name, [...(command.flags ?? []), 'url', 'db', 'json'], command.most ?? 0, values, args);
  // Whoever reads may have enough before the end, as `head` has.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  let source: Source | undefined;
  const open = async (): Promise<Source> => {
    source ??= await openSource({ url: values.url, db: values.db, say: notice }, command.writes === true);
    return source;
  };
  try {
    await command.run(open, args, {
      json: values.json === true,
      q: values.q,
      limit: values.limit,
      retention: values.retention,
      olderThan: values['older-than'],
      keep: values.keep,
    });
  } finally {
    await source?.close();
  }
}

const notice = (text: string): void => {
  process.stderr.write(`honeyhive-local: ${text}\n`);
};

main().catch((error: unknown) => {
  // Asked for even where the arguments themselves could not be read.
  process.stderr.write(errorLine(error, process.argv.includes('--json')));
  process.exitCode = 1;
});
