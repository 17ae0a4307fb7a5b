import type { TraceStore } from '../../dist/store/trace-store';
import { wholeSpan } from '../../dist/store/whole-span';
import { describe as factsOf } from '../../dist/wire/describe';
import { eventIdOf } from '../../dist/wire/ids';
import { decodeTracesJson } from '../../dist/wire/otlp-json';
import { decodeTracesProtobuf } from '../../dist/wire/otlp-protobuf';

export type Defect =
  | 'none'
  | 'loses'
  | 'duplicates'
  | 'mis-orders'
  | 'leaks'
  | 'forgets updates'
  | 'counts wrongly'
  | 'keeps the poorer version';

/** The part of a store that the contract asks for, in memory, with one defect on demand: the contract must notice each. */
export function memoryStore(defect: Defect): Partial<TraceStore> & Pick<TraceStore, 'close'> {
  const spans: any[] = [];
  const sessions = new Map<string, any>();
  let seq = 0;
  const key = (project: string, id: string): string => (defect === 'leaks' ? id : `${project}/${id}`);
  const session = (project: string, id: string, startMs: number): any => {
    const at = key(project, id);
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
    spans.filter(
      (one) =>
        one.facts.sessionId === id &&
        (defect === 'leaks' || scope.project === undefined || one.project === scope.project),
    );
  const view = (scope: { project?: string }, row: any): any => {
    const own = rowsOf(scope, row.sessionId);
    const scores: Record<string, { mean: number; count: number }> = {};
    for (const one of own)
      for (const [name, score] of Object.entries(one.facts.scores ?? {})) {
        const old = scores[name] ?? { mean: 0, count: 0 };
        scores[name] = { mean: (old.mean * old.count + (score as number)) / (old.count + 1), count: old.count + 1 };
      }
    return {
      ...row,
      spanCount: own.length + (defect === 'counts wrongly' ? 1 : 0),
      errorCount: own.filter((one) => one.facts.status === 'error').length,
      modelCount: own.filter((one) => one.facts.eventType === 'model').length,
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
      const project = scope.project ?? facts.project ?? 'default';
      const old = spans.find(
        (one) => one.project === project && one.span.traceId === span.traceId && one.span.spanId === span.spanId,
      );
      session(project, facts.sessionId, facts.startMs).seq = seq;
      if (old && defect !== 'duplicates') {
        duplicates++;
        if (defect === 'keeps the poorer version' ? facts.rank < old.facts.rank : facts.rank >= old.facts.rank)
          Object.assign(old, { span, facts });
        continue;
      }
      stored++;
      if (defect === 'loses' && stored % 3 === 0) continue;
      spans.push({ project, span, facts });
    }
    return { received: list.length + rejected, stored, duplicates, rejected, message, seq };
  };
  return {
    writeSpans: (scope, list) => write(scope, list),
    ingest: async (scope, body, encoding) => {
      const decoded =
        encoding === 'json' ? decodeTracesJson(Buffer.from(body)) : decodeTracesProtobuf(Buffer.from(body));
      return write(scope, decoded.spans, decoded.rejected, decoded.message);
    },
    startSession: async (scope, change) => {
      const row = session(scope.project ?? change.project ?? 'default', change.sessionId, change.startMs ?? 0);
      row.seq = ++seq;
      if (change.name) row.sessionName = change.name;
      Object.assign(row.metadata, change.buckets.metadata);
      return { sessionId: row.sessionId, project: row.project, seq };
    },
    updateEvent: async (scope, change) => {
      if (defect === 'forgets updates') return { found: true, seq };
      const row = session(scope.project ?? 'default', change.eventId, 0);
      row.seq = ++seq;
      for (const bucket of ['metadata', 'feedback'] as const) Object.assign(row[bucket], change.buckets[bucket]);
      return { found: true, seq };
    },
    listSessions: async (scope, options) => {
      const all = [...sessions.values()]
        .filter((row) => defect === 'leaks' || scope.project === undefined || row.project === scope.project)
        .sort((a, b) => (defect === 'mis-orders' ? a.startTime - b.startTime : b.startTime - a.startTime));
      const from = Number(options.cursor ?? 0);
      const limit = options.limit ?? 50;
      return {
        items: all.slice(from, from + limit).map((row) => view(scope, row)),
        nextCursor: from + limit < all.length ? String(from + limit) : null,
      };
    },
    getSession: async (scope, id) => {
      const row = [...sessions.values()].find(
        (one) =>
          one.sessionId === id && (defect === 'leaks' || scope.project === undefined || one.project === scope.project),
      );
      if (!row) return undefined;
      const own = rowsOf(scope, id)
        .map(thin)
        .sort((a, b) => (defect === 'mis-orders' ? b.startTime - a.startTime : a.startTime - b.startTime));
      return { session: view(scope, row), spans: own, nextCursor: null };
    },
    getSpan: async (scope, traceId, spanId) => {
      const one = spans.find(
        (entry) =>
          entry.span.traceId === traceId &&
          entry.span.spanId === spanId &&
          (defect === 'leaks' || scope.project === undefined || entry.project === scope.project),
      );
      return one ? wholeSpan(thin(one), one.span, { project: one.project, source: null }, {}) : undefined;
    },
    close: async () => undefined,
  };
}
