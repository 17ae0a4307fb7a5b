import type { TraceStore } from '../../dist/store/trace-store';
import { wholeSpan } from '../../dist/store/whole-span';
import { ENDED_RANK, describe as factsOf } from '../../dist/wire/describe';
import { mergePatch } from '../../dist/wire/event-patch';
import { eventIdOf } from '../../dist/wire/ids';
import { decodeTracesJson } from '../../dist/wire/otlp-json';
import { decodeTracesProtobuf } from '../../dist/wire/otlp-protobuf';

export type Defect =
  | 'none'
  | 'loses a span in three'
  | 'loses the last span of a session when listing'
  | 'loses a session at the edge of a page'
  | 'forgets updates'
  | 'keeps the same span twice'
  | 'lists a span twice'
  | 'repeats a session on the next page'
  | 'counts wrongly'
  | 'lists sessions oldest first'
  | 'lists spans latest first'
  | 'keeps the poorer version'
  | 'keeps what came last'
  | 'drops a start that comes late'
  | 'drops the start when the end comes'
  | 'forgets updates of spans'
  | 'forgets updates that come before their span'
  | 'shows spans of other projects'
  | 'shows sessions of other projects'
  | 'lists sessions of other projects'
  | 'keeps all projects in one'
  | 'takes what it cannot read';

/** The part of a store that the contract asks for, in memory, with one defect on demand: the contract must notice each. */
export function memoryStore(defect: Defect): Partial<TraceStore> & Pick<TraceStore, 'close'> {
  const spans: any[] = [];
  const sessions = new Map<string, any>();
  const patches = new Map<string, any>();
  let seq = 0;
  const projectOf = (scope: { project?: string }, given: string | undefined): string =>
    defect === 'keeps all projects in one' ? 'one' : (scope.project ?? given ?? 'default');
  const own = (scope: { project?: string }, project: string, leak: Defect): boolean =>
    defect === leak ||
    defect === 'keeps all projects in one' ||
    scope.project === undefined ||
    project === scope.project;
  const session = (project: string, id: string, startMs: number): any => {
    const at = `${project}/${id}`;
    if (!sessions.has(at))
      sessions.set(at, {
        sessionId: id,
        sessionName: 'unknown',
        project,
        source: 'unknown',
        startTime: startMs,
        metadata: {},
        feedback: {},
        metrics: {},
        inputs: {},
        outputs: {},
        config: {},
        userProperties: {},
        seq,
      });
    return sessions.get(at);
  };
  const rowsOf = (scope: { project?: string }, id: string): any[] =>
    spans.filter((one) => one.facts.sessionId === id && own(scope, one.project, 'shows sessions of other projects'));
  const view = (scope: { project?: string }, row: any): any => {
    const rows = rowsOf(scope, row.sessionId);
    const scores: Record<string, { mean: number; count: number }> = {};
    for (const one of rows)
      for (const [name, score] of Object.entries(one.facts.scores ?? {})) {
        const old = scores[name] ?? { mean: 0, count: 0 };
        scores[name] = { mean: (old.mean * old.count + (score as number)) / (old.count + 1), count: old.count + 1 };
      }
    return {
      ...row,
      spanCount: rows.length + (defect === 'counts wrongly' ? 1 : 0),
      errorCount: rows.filter((one) => one.facts.status === 'error').length,
      modelCount: rows.filter((one) => one.facts.eventType === 'model').length,
      scores,
    };
  };
  const thin = (one: any): any => ({
    traceId: one.span.traceId,
    spanId: one.span.spanId,
    parentSpanId: one.span.parentSpanId || null,
    name: one.facts.name,
    startTime: one.facts.startMs,
    endTime: one.facts.endMs,
    status: one.facts.status,
    sessionId: one.facts.sessionId,
    eventId: one.facts.eventId ?? eventIdOf(one.span.traceId, one.span.spanId),
  });
  const write = async (scope: { project?: string }, list: any[], rejected = 0, message = ''): Promise<any> => {
    seq++;
    let stored = 0;
    let duplicates = 0;
    for (const span of list) {
      const facts = factsOf(span);
      const project = projectOf(scope, facts.project);
      const old = spans.find(
        (one) => one.project === project && one.span.traceId === span.traceId && one.span.spanId === span.spanId,
      );
      session(project, facts.sessionId, facts.startMs).seq = seq;
      if (old && defect !== 'keeps the same span twice') {
        duplicates++;
        const [wasEnded, isEnded] = [old.facts.rank >= ENDED_RANK, facts.rank >= ENDED_RANK];
        if (wasEnded !== isEnded && defect !== 'keeps what came last') {
          const [start, end] = wasEnded ? [span, old.span] : [old.span, span];
          const dropped =
            defect === (wasEnded ? 'drops a start that comes late' : 'drops the start when the end comes');
          const merged = dropped ? end : { ...end, attributes: { ...start.attributes, ...end.attributes } };
          Object.assign(old, { span: merged, facts: factsOf(merged) });
          continue;
        }
        const poorer = facts.rank < old.facts.rank;
        if (defect === 'keeps what came last' || (defect === 'keeps the poorer version' ? poorer : !poorer))
          Object.assign(old, { span, facts });
        continue;
      }
      stored++;
      const eventId = eventIdOf(span.traceId, span.spanId);
      const waiting = sessions.get(`${project}/${eventId}`);
      if (waiting && defect !== 'forgets updates that come before their span') {
        sessions.delete(`${project}/${eventId}`);
        patches.set(eventId, mergePatch({}, { buckets: { metadata: waiting.metadata }, error: waiting.error }));
      }
      if (defect === 'loses a span in three' && stored % 3 === 0) continue;
      spans.push({ project, span, facts });
    }
    return { received: list.length + rejected, stored, duplicates, rejected, message, seq };
  };
  return {
    writeSpans: (scope, list) => write(scope, list),
    ingest: async (scope, body, encoding) => {
      if (defect === 'takes what it cannot read' && encoding === 'protobuf') return write(scope, []);
      const decoded =
        encoding === 'json' ? decodeTracesJson(Buffer.from(body)) : decodeTracesProtobuf(Buffer.from(body));
      return write(scope, decoded.spans, decoded.rejected, decoded.message);
    },
    startSession: async (scope, change) => {
      const row = session(projectOf(scope, change.project), change.sessionId, change.startMs ?? 0);
      row.seq = ++seq;
      if (change.name) row.sessionName = change.name;
      Object.assign(row.metadata, change.buckets.metadata);
      return { sessionId: row.sessionId, project: row.project, seq };
    },
    updateEvent: async (scope, change) => {
      if (defect === 'forgets updates') return { found: true, seq };
      if (spans.some((one) => eventIdOf(one.span.traceId, one.span.spanId) === change.eventId)) {
        if (defect !== 'forgets updates of spans')
          patches.set(change.eventId, mergePatch(patches.get(change.eventId) ?? {}, change));
        return { found: true, seq };
      }
      const row = session(projectOf(scope, undefined), change.eventId, 0);
      row.seq = ++seq;
      row.error = change.error;
      for (const bucket of ['metadata', 'feedback'] as const) Object.assign(row[bucket], change.buckets[bucket]);
      return { found: true, seq };
    },
    listSessions: async (scope, options) => {
      const all = [...sessions.values()]
        .filter((row) => own(scope, row.project, 'lists sessions of other projects'))
        .sort((a, b) =>
          defect === 'lists sessions oldest first' ? a.startTime - b.startTime : b.startTime - a.startTime,
        );
      const from = Number(options.cursor ?? 0);
      const limit = options.limit ?? 50;
      const next =
        from +
        limit +
        (defect === 'loses a session at the edge of a page' ? 1 : 0) -
        (defect === 'repeats a session on the next page' ? 1 : 0);
      return {
        items: all.slice(from, from + limit).map((row) => view(scope, row)),
        nextCursor: from + limit < all.length ? String(next) : null,
      };
    },
    getSession: async (scope, id) => {
      const row = [...sessions.values()].find(
        (one) => one.sessionId === id && own(scope, one.project, 'shows sessions of other projects'),
      );
      if (!row) return undefined;
      const listed = rowsOf(scope, id)
        .map(thin)
        .sort((a, b) =>
          defect === 'lists spans latest first' ? b.startTime - a.startTime : a.startTime - b.startTime,
        );
      if (defect === 'loses the last span of a session when listing') listed.pop();
      if (defect === 'lists a span twice') listed.push(...listed.slice(-1));
      return { session: view(scope, row), spans: listed, nextCursor: null };
    },
    getSpan: async (scope, traceId, spanId) => {
      const one = spans.find(
        (entry) =>
          entry.span.traceId === traceId &&
          entry.span.spanId === spanId &&
          own(scope, entry.project, 'shows spans of other projects'),
      );
      if (!one) return undefined;
      const patch = patches.get(eventIdOf(traceId, spanId));
      const shown = { ...thin(one), ...(patch?.error === undefined ? {} : { status: 'error' }) };
      return wholeSpan(shown, one.span, { project: one.project, source: null }, patch);
    },
    close: async () => undefined,
  };
}
