import type { Page } from '../store/trace-store.js';
import type { Session, ThinSpan } from '../wire/records.js';
import { type Command, say, write } from './command.js';
import { CliError } from './errors.js';
import { counted, cut, printable, showMs } from './sizes.js';
import type { Source } from './source.js';
import { treeOrder } from './tree-order.js';

export const list: Command = {
  flags: ['q', 'limit'],
  run: async (open, _args, flags) => {
    const query = new URLSearchParams({ limit: flags.limit ?? '20', ...(flags.q === undefined ? {} : { q: flags.q }) });
    const page = (await (await open()).get(`/api/sessions?${query}`)) as Page<Session>;
    if (flags.json) say(JSON.stringify(page));
    else if (page.items.length === 0) say('no sessions');
    else for (const session of page.items) say(sessionLine(session));
    if (!flags.json && page.nextCursor !== null)
      process.stderr.write('honeyhive-local: there are more; --limit shows up to 1000, --q narrows\n');
  },
};

function sessionLine(session: Session): string {
  const scores = Object.entries(session.scores)
    .map(([name, { mean }]) => `${printable(name)} ${mean.toFixed(2)}`)
    .join(', ');
  return [
    session.sessionId,
    new Date(session.startTime).toISOString(),
    cut(printable(session.sessionName), 30).padEnd(30),
    counted(session.spanCount, 'span'),
    session.errorCount > 0 ? counted(session.errorCount, 'error') : '',
    showMs(session.endTime === null && session.spanCount > 0 ? null : session.durationMs),
    scores,
  ]
    .filter((part) => part !== '')
    .join('  ');
}

interface SpanPage {
  session: Session;
  spans: ThinSpan[];
  nextCursor: string | null;
}

/** A session in the pages that a server gives of it, to the last. */
async function* pagesOf(source: Source, id: string): AsyncGenerator<SpanPage> {
  let cursor: string | null = null;
  do {
    const query: string = cursor === null ? '' : `?${new URLSearchParams({ cursor })}`;
    const page = (await source.get(`/api/sessions/${encodeURIComponent(id)}${query}`)) as SpanPage;
    yield page;
    cursor = page.nextCursor;
  } while (cursor !== null);
}

export const show: Command = {
  most: 1,
  run: async (open, args, flags) => {
    const id = args[0];
    if (id === undefined) throw new CliError("which session? 'honeyhive-local sessions show <id>'");
    const pages = pagesOf(await open(), id);
    await (flags.json ? showJson(pages) : showTree(pages));
  },
};

/** `{ session, spans, nextCursor }` as the server answers it, but with all spans, however many there are. */
async function showJson(pages: AsyncIterable<SpanPage>): Promise<void> {
  let before = '';
  for await (const { session, spans } of pages) {
    if (before === '') await write(`{"session":${JSON.stringify(session)},"spans":[`);
    for (const span of spans) {
      await write(before + JSON.stringify(span));
      before = ',';
    }
  }
  await write('],"nextCursor":null}\n');
}

async function showTree(pages: AsyncIterable<SpanPage>): Promise<void> {
  let session: Session | undefined;
  const all: ThinSpan[] = [];
  for await (const page of pages) {
    session ??= page.session;
    for (const span of page.spans) all.push(span);
  }
  if (session !== undefined) say(sessionLine(session));
  for (const { span, depth } of treeOrder(all)) {
    const note = span.errorMessage !== undefined ? `error: ${span.errorMessage}` : span.preview;
    await write(
      `${'  '.repeat(Math.min(depth, 30) + 1)}${printable(span.name)} (${printable(span.eventType)}, ${showMs(span.durationMs)}) ${cut(printable(note), 100)}\n`,
    );
  }
}

export const tail: Command = {
  run: async (open, _args, flags) => {
    let text = '';
    const source = await open();
    for await (const part of await source.follow('/api/live')) {
      text += part;
      for (let end = text.indexOf('\n\n'); end !== -1; end = text.indexOf('\n\n')) {
        const event = text.slice(0, end);
        text = text.slice(end + 2);
        if (!event.includes('event: sessions')) continue;
        const data = JSON.parse(/^data: (.*)$/m.exec(event)?.[1] ?? '{"sessions":[]}') as { sessions: Session[] };
        for (const session of data.sessions) say(flags.json ? JSON.stringify(session) : sessionLine(session));
      }
    }
    throw new CliError(`${source.name} has ended, and tells nothing more`, 'unreachable');
  },
};
