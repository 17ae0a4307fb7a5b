import { randomUUID } from 'node:crypto';
import type { TraceStore } from '../../dist/store/trace-store';
import { eventIdOf } from '../../dist/wire/ids';
import { decodeTracesJson } from '../../dist/wire/otlp-json';
import { hex, inSession, span, T0, traces } from './local';

export type Store = Pick<
  TraceStore,
  'ingest' | 'writeSpans' | 'startSession' | 'updateEvent' | 'listSessions' | 'getSession' | 'getSpan'
>;

const records = (spans: object[]) => decodeTracesJson(Buffer.from(JSON.stringify(traces(spans)))).spans;

function must(condition: boolean, what: string): void {
  if (!condition) throw new Error(what);
}

/** What every store promises, each as a function that throws when it is broken; any number of stores can be held to it. */
export const CONTRACT: Record<string, (store: Store) => Promise<void>> = {
  'a span that was acknowledged is there, whole': async (store) => {
    const sessionId = randomUUID();
    const spans = Array.from({ length: 25 }, (_, n) =>
      span({
        name: `s${n}`,
        startMs: T0 + n,
        attributes: inSession(sessionId, { n, 'honeyhive_metadata.list.0': 'a', 'honeyhive_metadata.list.1': 'b' }),
      }),
    );
    const receipt = await store.writeSpans({}, records(spans));
    must(receipt.stored === 25 && receipt.duplicates === 0 && receipt.received === 25, 'the receipt counts 25 stored');
    for (const one of spans) {
      const found = await store.getSpan({}, one.traceId, one.spanId);
      must(found?.name === one.name && found?.startTimeUnixNano === one.startTimeUnixNano, `span ${one.name} is lost`);
      must(JSON.stringify(found?.metadata) === '{"list":["a","b"]}', 'its buckets are nested again');
    }
    must((await store.getSession({}, sessionId, {}))?.spans.length === 25, 'the session lists all of them');
  },
  'OTLP in both encodings, and what cannot be read is refused without a trace': async (store) => {
    const one = span({});
    must(
      (await store.ingest({}, Buffer.from(JSON.stringify(traces([one, span({ traceId: '00' })]))), 'json')).rejected ===
        1,
      'a bad id is counted',
    );
    must((await store.getSpan({}, one.traceId, one.spanId)) !== undefined, 'the good one is kept');
    let refused = '';
    await store.ingest({}, Buffer.from([0x0a, 0x05]), 'protobuf').catch((error: Error) => {
      refused = error.name;
    });
    must(refused === 'MalformedRequest', 'bad bytes reject with MalformedRequest');
  },
  'the same span is kept once, however often and with whom it comes': async (store) => {
    const sessionId = randomUUID();
    const spans = Array.from({ length: 6 }, () => span({ attributes: inSession(sessionId) }));
    const receipts = await Promise.all(
      [spans, spans, spans.slice(0, 3), [...spans].reverse()].map((list) => store.writeSpans({}, records(list))),
    );
    must(receipts.reduce((sum, receipt) => sum + receipt.stored, 0) === 6, 'six are stored');
    must(receipts.reduce((sum, receipt) => sum + receipt.duplicates, 0) === 15, 'fifteen are duplicates');
    const found = await store.getSession({}, sessionId, {});
    must(found?.spans.length === 6 && found.session.spanCount === 6, 'six are listed and counted');
  },
  'the richer version wins, whichever comes first': async (store) => {
    for (const order of [0, 1]) {
      const ids = { traceId: hex(16), spanId: hex(8) };
      const versions = [span({ ...ids, attributes: { a: '1' } }), span({ ...ids, attributes: { a: '2', b: '2' } })];
      for (const one of order === 0 ? versions : [...versions].reverse()) await store.writeSpans({}, records([one]));
      must((await store.getSpan({}, ids.traceId, ids.spanId))?.attributes.b === '2', 'the richer one is shown');
    }
  },
  'a start and its end are one span, whichever comes first': async (store) => {
    for (const order of ['start first', 'end first']) {
      const ids = { traceId: hex(16), spanId: hex(8) };
      const start = span({ ...ids, endMs: null, attributes: { early: '1', both: 'start' } });
      const end = span({ ...ids, attributes: { late: '1', both: 'end' } });
      for (const one of order === 'start first' ? [start, end] : [end, start])
        await store.writeSpans({}, records([one]));
      const found = await store.getSpan({}, ids.traceId, ids.spanId);
      must(found?.endTimeUnixNano === end.endTimeUnixNano, `${order}: it has ended`);
      must(found?.attributes.both === 'end' && found.attributes.late === '1', `${order}: what the end says holds`);
      must(found?.attributes.early === '1', `${order}: what only the start said is kept`);
    }
  },
  'an update of a span is on the span, whichever comes first': async (store) => {
    for (const order of ['span first', 'update first']) {
      const one = span({ attributes: { 'honeyhive_metadata.a': '1', 'honeyhive_metadata.b': '1' } });
      const eventId = eventIdOf(one.traceId, one.spanId);
      const update = () => store.updateEvent({}, { eventId, buckets: { metadata: { b: '2' } }, error: 'bad' });
      if (order === 'update first') await update();
      await store.writeSpans({}, records([one]));
      if (order === 'span first') await update();
      const found = await store.getSpan({}, one.traceId, one.spanId);
      must(found?.metadata.a === '1' && found.metadata.b === '2', `${order}: it is there, by key`);
      must(found?.status === 'error' && found.error?.message === 'bad', `${order}: its error is the span's`);
      must((await store.getSession({}, eventId, {})) === undefined, `${order}: it is no session of its own`);
    }
  },
  'sessions are listed newest first and page without gaps': async (store) => {
    const project = `p-${hex(4)}`;
    const ids: string[] = [];
    for (let n = 0; n < 9; n++) {
      const sessionId = randomUUID();
      ids.unshift(sessionId);
      await store.startSession(
        {},
        { sessionId, project, name: `n${n}`, startMs: T0 + ((n * 7) % 9) * 1000, buckets: {} },
      );
    }
    const seen: { id: string; at: number }[] = [];
    let cursor: string | undefined;
    do {
      const page = await store.listSessions({ project }, { limit: 4, ...(cursor === undefined ? {} : { cursor }) });
      seen.push(...page.items.map((one) => ({ id: one.sessionId, at: one.startTime })));
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    must(new Set(seen.map((one) => one.id)).size === 9 && seen.length === 9, 'each is listed once');
    must(
      seen.every((one, index) => index === 0 || (seen[index - 1] as { at: number }).at >= one.at),
      'newest first',
    );
  },
  'spans of a session come in the order they began': async (store) => {
    const sessionId = randomUUID();
    const starts = [5, 1, 9, 3, 7];
    await store.writeSpans(
      {},
      records(starts.map((start) => span({ startMs: T0 + start, attributes: inSession(sessionId) }))),
    );
    const found = await store.getSession({}, sessionId, {});
    must(JSON.stringify(found?.spans.map((one) => one.startTime - T0)) === '[1,3,5,7,9]', 'in start order');
  },
  'running totals are those of the spans': async (store) => {
    const sessionId = randomUUID();
    const scored = (score: number) => [
      {
        name: 'gen_ai.evaluation.result',
        attributes: { 'gen_ai.evaluation.name': 'acc', 'gen_ai.evaluation.score.value': score },
      },
    ];
    await store.writeSpans(
      {},
      records([
        span({ attributes: inSession(sessionId, { honeyhive_event_type: 'model' }), events: scored(1) }),
        span({ attributes: inSession(sessionId), status: { code: 2 }, events: scored(0.5) }),
      ]),
    );
    const session = (await store.getSession({}, sessionId, {}))?.session;
    must(session?.spanCount === 2 && session.modelCount === 1 && session.errorCount === 1, 'spans, models, errors');
    must(session?.scores.acc?.mean === 0.75 && session.scores.acc.count === 2, 'scores');
  },
  'updates merge by key and are there at once': async (store) => {
    const sessionId = randomUUID();
    await store.startSession({}, { sessionId, name: 'n', startMs: T0, buckets: { metadata: { a: 1, b: 1 } } });
    await store.updateEvent({}, { eventId: sessionId, buckets: { metadata: { b: 2 }, feedback: { rating: 5 } } });
    const session = (await store.getSession({}, sessionId, {}))?.session;
    must(
      session?.metadata.a === 1 && session.metadata.b === 2 && session.feedback.rating === 5,
      'old, new and overwritten keys',
    );
  },
  'projects do not see each other, even with the same ids': async (store) => {
    const ids = { traceId: hex(16), spanId: hex(8) };
    const sessionId = randomUUID();
    const [red, blue] = [{ project: `red-${hex(4)}` }, { project: `blue-${hex(4)}` }];
    for (const scope of [red, blue]) {
      await store.startSession(scope, { sessionId, name: scope.project, startMs: T0, buckets: {} });
      await store.writeSpans(
        scope,
        records([
          span({ ...ids, name: scope.project, attributes: inSession(sessionId, { 'honeyhive.project': red.project }) }),
        ]),
      );
    }
    const only = { ...span({ attributes: inSession(randomUUID()) }) };
    await store.writeSpans(red, records([only]));
    must(
      (await store.getSpan(blue, only.traceId, only.spanId)) === undefined,
      'a span of the other project is not found',
    );
    for (const scope of [red, blue]) {
      must((await store.getSpan(scope, ids.traceId, ids.spanId))?.name === scope.project, 'each has its own span');
      const own = await store.getSession(scope, sessionId, {});
      must(own?.session.sessionName === scope.project && own.spans.length === 1, 'each has its own session');
      const listed = await store.listSessions(scope, { limit: 100 });
      must(
        listed.items.every((one) => one.project === scope.project),
        'lists show one project',
      );
    }
  },
};
