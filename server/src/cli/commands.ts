import { readFileSync } from 'node:fs';
import { get } from 'node:http';
import type { Page, PruneReport, StoreStats } from '../store/trace-store.js';
import type { Session, ThinSpan } from '../wire/records.js';
import { parseAge, parseSize, printable, showMs, showSize } from './sizes.js';
import { CliError, type Source } from './source.js';

export interface Flags {
  json: boolean;
  q?: string | undefined;
  limit?: string | undefined;
  retention?: string | undefined;
  olderThan?: string | undefined;
  keep?: string | undefined;
}

type Command = (source: Source, args: string[], flags: Flags) => Promise<void>;

const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

const list: Command = async (source, _args, flags) => {
  const query = new URLSearchParams({ limit: flags.limit ?? '20', ...(flags.q === undefined ? {} : { q: flags.q }) });
  const page = (await source.get(`/api/sessions?${query}`)) as Page<Session>;
  if (flags.json) say(JSON.stringify(page));
  else if (page.items.length === 0) say('no sessions');
  else for (const session of page.items) say(sessionLine(session));
};

function sessionLine(session: Session): string {
  const scores = Object.entries(session.scores)
    .map(([name, { mean }]) => `${printable(name)} ${mean.toFixed(2)}`)
    .join(', ');
  return [
    session.sessionId,
    new Date(session.startTime).toISOString(),
    printable(session.sessionName).slice(0, 30).padEnd(30),
    `${session.spanCount} spans`,
    session.errorCount > 0 ? `${session.errorCount} errors` : '',
    showMs(session.durationMs),
    scores,
  ]
    .filter((part) => part !== '')
    .join('  ');
}

const show: Command = async (source, args, flags) => {
  const id = args[0];
  if (id === undefined) throw new CliError("which session? 'honeyhive-local sessions show <id>'");
  const found = (await source.get(`/api/sessions/${encodeURIComponent(id)}`)) as {
    session: Session;
    spans: ThinSpan[];
  };
  if (flags.json) {
    say(JSON.stringify(found));
    return;
  }
  say(sessionLine(found.session));
  for (const { span, depth } of treeOrder(found.spans)) {
    const note = span.errorMessage !== undefined ? `error: ${span.errorMessage}` : span.preview;
    say(
      `${'  '.repeat(Math.min(depth, 30) + 1)}${printable(span.name)} (${printable(span.eventType)}, ${showMs(span.durationMs)}) ${printable(note).slice(0, 100)}`,
    );
  }
};

/** Parents before children; a span whose parent is not there, or that is its own ancestor, stands at the top. */
function treeOrder(spans: ThinSpan[]): { span: ThinSpan; depth: number }[] {
  const known = new Set(spans.map((span) => `${span.traceId}/${span.spanId}`));
  const children = new Map<string, ThinSpan[]>();
  const roots: ThinSpan[] = [];
  for (const span of spans) {
    const parent = `${span.traceId}/${span.parentSpanId}`;
    if (span.parentSpanId === null || !known.has(parent)) roots.push(span);
    else children.set(parent, [...(children.get(parent) ?? []), span]);
  }
  const result: { span: ThinSpan; depth: number }[] = [];
  const placed = new Set<ThinSpan>();
  const place = (start: ThinSpan): void => {
    const stack = [{ span: start, depth: 0 }];
    for (let next = stack.pop(); next; next = stack.pop()) {
      if (placed.has(next.span)) continue;
      placed.add(next.span);
      result.push(next);
      const below = children.get(`${next.span.traceId}/${next.span.spanId}`) ?? [];
      for (const child of [...below].reverse()) stack.push({ span: child, depth: next.depth + 1 });
    }
  };
  roots.forEach(place);
  for (const span of spans) if (!placed.has(span)) place(span);
  return result;
}

const tail: Command = async (source, _args, flags) => {
  if (source.url === undefined) throw new CliError('following needs a running server: give --url');
  await new Promise<void>((resolve, reject) => {
    const key = process.env.HH_API_KEY;
    get(`${source.url}/api/live`, { headers: key ? { authorization: `Bearer ${key}` } : {} }, (response) => {
      if (response.statusCode !== 200) reject(new CliError(`the server answered ${response.statusCode}`));
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
        for (let end = text.indexOf('\n\n'); end !== -1; end = text.indexOf('\n\n')) {
          const event = text.slice(0, end);
          text = text.slice(end + 2);
          if (!event.includes('event: sessions')) continue;
          const data = JSON.parse(/^data: (.*)$/m.exec(event)?.[1] ?? '{"sessions":[]}') as { sessions: Session[] };
          for (const session of data.sessions) say(flags.json ? JSON.stringify(session) : sessionLine(session));
        }
      });
      response.on('end', resolve);
    }).on('error', (error) => reject(new CliError(error.message)));
  });
};

const sessions: Command = async (source, args, flags) => {
  const [what = 'list', ...rest] = args;
  const chosen = { list, show, tail }[what];
  if (!chosen)
    throw new CliError(`'sessions ${what}' is not known; there are: sessions list, sessions show <id>, sessions tail`);
  await chosen(source, rest, flags);
};

const exportSession: Command = async (source, args) => {
  const id = args[0];
  if (id === undefined) throw new CliError("which session? 'honeyhive-local export <id> > session.ndjson'");
  let any = false;
  for await (const line of source.lines(id)) {
    any = true;
    if (!process.stdout.write(line)) await new Promise((resolve) => process.stdout.once('drain', resolve));
  }
  if (!any) throw new CliError('there is no session with this id');
};

const importFile: Command = async (source, args, flags) => {
  const file = args[0];
  if (file === undefined) throw new CliError("which file? 'honeyhive-local import session.ndjson'");
  let text: string;
  try {
    text = readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (error) {
    throw new CliError(`cannot read ${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
  const report = (await source.import(text)) as {
    sessions: number;
    spans: number;
    duplicates: number;
    rejected: number;
  };
  say(
    flags.json
      ? JSON.stringify(report)
      : `${report.spans} spans stored, ${report.duplicates} were there already, ${report.rejected} refused`,
  );
};

const prune: Command = async (source, _args, flags) => {
  const limits: Record<string, number> = {};
  if (flags.retention !== undefined)
    limits.maxBytes =
      parseSize(flags.retention) ?? wrong('--retention', flags.retention, 'a size such as 500MB or 2GB');
  if (flags.olderThan !== undefined)
    limits.beforeMs =
      Date.now() - (parseAge(flags.olderThan) ?? wrong('--older-than', flags.olderThan, 'a time such as 12h or 30d'));
  if (flags.keep !== undefined)
    limits.sessions = Number.isInteger(Number(flags.keep))
      ? Number(flags.keep)
      : wrong('--keep', flags.keep, 'a number of sessions');
  if (Object.keys(limits).length === 0)
    throw new CliError('what may go? --retention 1GB, --older-than 30d, or --keep 1000');
  const report = (await source.post('/api/prune', limits)) as PruneReport;
  say(
    flags.json
      ? JSON.stringify(report)
      : `${report.sessions} sessions with ${report.spans} spans removed; ${showSize(report.dbBytes)} of data left`,
  );
};

function wrong(flag: string, given: string, allowed: string): never {
  throw new CliError(`${flag} is '${given}'; it can be ${allowed}`);
}

const compact: Command = async (source, _args, flags) => {
  const report = (await source.post('/api/compact', {})) as { dbBytes: number };
  say(flags.json ? JSON.stringify(report) : `${showSize(report.dbBytes)} in use; free pages were given back`);
};

const stats: Command = async (source, _args, flags) => {
  const found = (await source.get('/api/stats')) as StoreStats;
  if (flags.json) say(JSON.stringify(found));
  else
    say(
      [
        `${found.sessions} sessions, ${found.spans} spans, ${showSize(found.dbBytes)}`,
        `received ${found.received}: stored ${found.stored}, duplicates ${found.duplicates}, refused ${found.rejected}`,
      ].join('\n'),
    );
};

interface Report {
  accepted: number;
  lastAccepted: number | null;
  recent: { time: number; method: string; path: string; status: number; problem?: string }[];
  advice: string[];
}

const doctor: Command = async (source, _args, flags) => {
  if (source.url === undefined) {
    const found = (await source.get('/api/stats')) as StoreStats;
    const advice = [`no server runs on ${source.name}: start it with 'honeyhive-local', then run the program again`];
    say(
      flags.json
        ? JSON.stringify({ db: source.name, stats: found, advice })
        : [`${source.name}: ${found.sessions} sessions, ${found.spans} spans`, ...advice].join('\n'),
    );
    return;
  }
  const report = (await source.get('/api/doctor')) as Report;
  if (flags.json) {
    say(JSON.stringify({ url: source.url, ...report }));
    return;
  }
  say(
    `${source.url} answers; ${report.accepted} requests accepted${report.lastAccepted === null ? '' : `, the last at ${new Date(report.lastAccepted).toISOString()}`}`,
  );
  for (const seen of report.recent.slice(0, 10))
    say(
      `  ${new Date(seen.time).toISOString()} ${seen.method} ${printable(seen.path)} ${seen.status} ${printable(seen.problem ?? '')}`,
    );
  for (const line of report.advice) say(printable(line));
};

export const COMMANDS: Record<string, Command> = {
  sessions,
  export: exportSession,
  import: importFile,
  prune,
  compact,
  stats,
  doctor,
};
