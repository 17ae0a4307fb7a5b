import { parentPort, workerData } from 'node:worker_threads';
import type { Target } from '../../query/fields.js';
import type { AggregateOptions } from '../aggregates.js';
import type { ChangesOptions, DocumentKind, EventSearch, EventsAsked, ListOptions, Scope } from '../trace-store.js';
import { Budget, QUERY_BUDGET_MS } from './budget.js';
import { ChangeLog } from './change-log.js';
import { EventQueries } from './event-queries.js';
import { defineFoldCase } from './fold-case.js';
import { answerError, type Call } from './messages.js';
import { openDatabase } from './open-database.js';
import { Queries } from './queries.js';
import { Reader } from './reader.js';

const port = parentPort as NonNullable<typeof parentPort>;
const { file, cancelled, budgetMs } = workerData as { file: string; cancelled: Int32Array; budgetMs?: number };

const db = openDatabase(file, { readonly: true, busyMs: 5000 });
db.exec('PRAGMA cache_size = -16384; PRAGMA temp_store = MEMORY; PRAGMA query_only = 1');
defineFoldCase(db);
const budget = new Budget(db, cancelled);
const reader = new Reader(db);
const queries = new Queries(db, reader, budget);
const events = new EventQueries(db, reader, budget);
const changes = new ChangeLog(db, reader);

interface Range {
  limit?: number;
  cursor?: string;
}

const OPERATIONS: Record<string, (scope: Scope, ...args: never[]) => unknown> = {
  listSessions: (scope, options: ListOptions) => reader.listSessions(scope, options),
  getSession: (scope, id: string, options: Range) => reader.getSession(scope, id, options),
  getSpan: (scope, traceId: string, spanId: string) => reader.getSpan(scope, traceId, spanId),
  stats: (scope) => reader.stats(scope),
  getDocument: (scope, kind: DocumentKind, id: string) => reader.getDocument(scope, kind, id),
  listDocuments: (scope, kind: DocumentKind, filter: { parent?: string }) => reader.listDocuments(scope, kind, filter),
  listSpans: (scope, options: ListOptions) => queries.listSpans(scope, options),
  aggregate: (scope, target: Target, options: AggregateOptions) => queries.aggregate(scope, target, options),
  searchEvents: (scope, search: EventSearch) => events.search(scope, search),
  pageEvents: (scope, asked: EventsAsked, cursor?: string) => events.page(scope, asked, cursor),
  getEvent: (scope, id: string) => events.get(scope, id),
  changes: (scope, after: number, options: ChangesOptions) => changes.after(scope, after, options),
  exportSession: (scope, id: string, cursor?: string) => queries.exportSession(scope, id, cursor),
};

/** All that an answer is put together from is read in one state of the file, whatever is written meanwhile. */
function inOneState<T>(read: () => T): T {
  db.exec('BEGIN');
  try {
    return read();
  } finally {
    db.exec('COMMIT');
  }
}

port.on('message', (call: Call) => {
  if (call.op === 'close') {
    db.close();
    port.postMessage({ id: call.id, value: undefined });
    port.close();
    return;
  }
  try {
    const operation = OPERATIONS[call.op];
    if (!operation) throw new Error(`unknown operation ${call.op}`);
    const [scope, ...args] = call.args as [Scope, ...never[]];
    port.postMessage({
      id: call.id,
      value: budget.run(call.id, budgetMs ?? QUERY_BUDGET_MS, () => inOneState(() => operation(scope, ...args))),
    });
  } catch (error) {
    port.postMessage(answerError(call.id, error));
  }
});
port.postMessage({ ready: true });
