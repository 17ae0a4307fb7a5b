import { parseQuery } from '../../query/parse.js';
import type { EventPatch } from '../../wire/event-patch.js';
import { canonicalId } from '../../wire/ids.js';
import type { Session, ThinSpan, WholeSpan } from '../../wire/records.js';
import type { SpanRecord } from '../../wire/span-record.js';
import { emptyObject } from '../../wire/value.js';
import type { DocumentKind, ListOptions, Page, Scope, StoredDocument, StoreStats } from '../trace-store.js';
import { wholeSpan } from '../whole-span.js';
import { compile } from './compile.js';
import { decodeCursor, encodeCursor } from './cursor.js';
import type { Database, Row, SqlValue, Statement } from './driver.js';
import type { Payload } from './payload.js';
import { StoredPayloads } from './payload-rows.js';
import { SESSION_COLUMNS, SPAN_COLUMNS, sessionOf, thinSpanOf } from './rows.js';
import { parseMap } from './session-rows.js';
import { Statements } from './statements.js';
import { pragma } from './store-file.js';
import { textTables } from './text-parts.js';

/** All that only looks at the file, for one thread. */
export class Reader {
  readonly #db: Database;
  readonly #statements: Statements;
  readonly #payloads: StoredPayloads;

  constructor(db: Database) {
    this.#db = db;
    this.#payloads = new StoredPayloads(db);
    this.#statements = new Statements(db);
  }

  #sql(sql: string): Statement {
    return this.#statements.get(sql);
  }

  listSessions(scope: Scope, options: ListOptions): Page<Session> {
    const limit = options.limit ?? 50;
    const where: string[] = [];
    const values: SqlValue[] = [];
    if (options.q !== undefined) {
      const compiled = compile(parseQuery(options.q), 'session', textTables(this.#db));
      where.push(`hh_tick(s.id) AND ${compiled.sql}`);
      values.push(...compiled.values);
    }
    if (options.run !== undefined) {
      where.push('s.run_id = ?');
      values.push(options.run);
    }
    const project = scope.project ?? options.project;
    if (project !== undefined) {
      where.push('s.project_id = (SELECT id FROM projects WHERE name = ?)');
      values.push(project);
    }
    if (options.cursor !== undefined) {
      const [start, id] = decodeCursor(options.cursor);
      where.push('(s.start_ms, s.id) < (?, ?)');
      values.push(start, id);
    }
    const prepare = (sql: string): Statement => (options.q === undefined ? this.#sql(sql) : this.#db.prepare(sql));
    const rows =
      prepare(`SELECT ${SESSION_COLUMNS} FROM sessions s JOIN projects p ON p.id = s.project_id ${where.length > 0 ? `WHERE ${where.join(' AND ')}` : ''}
      ORDER BY s.start_ms DESC, s.id DESC LIMIT ?`).all(...values, limit + 1);
    const last = rows.length > limit ? (rows[limit - 1] as Row) : undefined;
    return {
      items: rows.slice(0, limit).map(sessionOf),
      nextCursor: last ? encodeCursor(Number(last.start_ms), Number(last.id)) : null,
    };
  }

  sessionRow(scope: Scope, sessionId: string): Row | undefined {
    return this.#sql(
      `SELECT ${SESSION_COLUMNS} FROM sessions s JOIN projects p ON p.id = s.project_id WHERE s.session_id = ? AND (? IS NULL OR p.name = ?) ORDER BY s.id LIMIT 1`,
    ).get(canonicalId(sessionId), scope.project ?? null, scope.project ?? null);
  }

  getSession(
    scope: Scope,
    sessionId: string,
    options: { limit?: number; cursor?: string },
  ): { session: Session; spans: ThinSpan[]; nextCursor: string | null } | undefined {
    const row = this.sessionRow(scope, sessionId);
    if (!row) return undefined;
    const limit = options.limit ?? 10_000;
    const [start, id] = options.cursor === undefined ? [-1, -1] : decodeCursor(options.cursor);
    const spans = this.#sql(
      `SELECT ${SPAN_COLUMNS} FROM spans x WHERE x.session_pk = ? AND (x.start_ms, x.id) > (?, ?) ORDER BY x.start_ms, x.id LIMIT ?`,
    ).all(Number(row.id), start, id, limit + 1);
    const last = spans.length > limit ? (spans[limit - 1] as Row) : undefined;
    const session = sessionOf(row);
    return {
      session,
      spans: spans.slice(0, limit).map((span) => thinSpanOf(span, session.sessionId)),
      nextCursor: last ? encodeCursor(Number(last.start_ms), Number(last.id)) : null,
    };
  }

  getSpan(scope: Scope, traceId: string, spanId: string): WholeSpan | undefined {
    const row =
      this.#sql(`SELECT x.*, s.session_id AS session_id, p.name AS project FROM spans x JOIN sessions s ON s.id = x.session_pk JOIN projects p ON p.id = x.project_id
      WHERE x.project_id IN (SELECT id FROM projects WHERE ? IS NULL OR name = ?) AND x.trace_id = ? AND x.span_id = ? ORDER BY x.id LIMIT 1`).get(
        scope.project ?? null,
        scope.project ?? null,
        Buffer.from(traceId, 'hex'),
        Buffer.from(spanId, 'hex'),
      );
    if (!row) return undefined;
    return this.whole(row);
  }

  /** The whole span of a row that has `session_id` and `project` beside the columns of `spans`. */
  whole(row: Row): WholeSpan {
    const thin = thinSpanOf(row, String(row.session_id));
    const patch = this.#sql('SELECT body FROM patches WHERE project_id = ? AND event_id = ?').get(
      Number(row.project_id),
      thin.eventId,
    );
    return wholeSpan(
      thin,
      this.record(row),
      { project: String(row.project), source: row.source === null ? null : String(row.source) },
      patch === undefined ? undefined : (parseMap(patch.body) as EventPatch),
    );
  }

  /** About how many characters of spans were read so far. */
  get characters(): number {
    return this.#payloads.characters;
  }

  record(row: Row): SpanRecord {
    const thin = thinSpanOf(row, '');
    const payload = this.#payloads.read(Number(row.id)) as Payload;
    const resource =
      row.resource_id === null
        ? emptyObject()
        : parseMap(this.#sql('SELECT data FROM resources WHERE id = ?').get(Number(row.resource_id))?.data);
    return {
      ...payload,
      traceId: thin.traceId,
      spanId: thin.spanId,
      parentSpanId: thin.parentSpanId ?? '',
      resource,
    };
  }

  stats(scope: Scope): StoreStats {
    const project = scope.project ?? null;
    const totals = this.#sql(
      'SELECT count(*) AS sessions, ifnull(sum(span_count), 0) AS spans FROM sessions s JOIN projects p ON p.id = s.project_id WHERE ? IS NULL OR p.name = ?',
    ).get(project, project) as Row;
    const meta = (key: string): string | undefined =>
      this.#sql('SELECT value FROM meta WHERE key = ?').get(key)?.value as string | undefined;
    const all = JSON.parse(meta('counters') ?? '{}') as Counted & { projects?: Record<string, Counted> };
    const counters = project === null ? all : (all.projects?.[project] ?? {});
    return {
      sessions: Number(totals.sessions),
      spans: Number(totals.spans),
      received: Number(counters.received ?? 0),
      stored: Number(counters.stored ?? 0),
      duplicates: Number(counters.duplicates ?? 0),
      rejected: Number(counters.rejected ?? 0),
      dbBytes: pragma(this.#db, 'page_count') * pragma(this.#db, 'page_size'),
      freeBytes: pragma(this.#db, 'freelist_count') * pragma(this.#db, 'page_size'),
      seq: Number(meta('seq') ?? 0),
      schema: pragma(this.#db, 'user_version'),
      driver: this.#db.driver,
    };
  }

  getDocument(scope: Scope, kind: DocumentKind, id: string): StoredDocument | undefined {
    const row = this.#sql(
      `${DOCUMENTS} WHERE d.kind = ? AND d.doc_id = ? AND (? IS NULL OR p.name = ?) ORDER BY d.id LIMIT 1`,
    ).get(kind, id, scope.project ?? null, scope.project ?? null);
    return row ? documentOf(row) : undefined;
  }

  listDocuments(
    scope: Scope,
    kind: DocumentKind,
    filter: { parent?: string; name?: string; limit?: number; offset?: number },
  ): StoredDocument[] {
    return this.#sql(
      `${DOCUMENTS} WHERE d.kind = ? AND (? IS NULL OR p.name = ?) AND (? IS NULL OR d.parent = ?) AND (? IS NULL OR d.name = ?) ORDER BY d.id DESC LIMIT ? OFFSET ?`,
    )
      .all(
        kind,
        scope.project ?? null,
        scope.project ?? null,
        filter.parent ?? null,
        filter.parent ?? null,
        filter.name ?? null,
        filter.name ?? null,
        filter.limit ?? 1000,
        filter.offset ?? 0,
      )
      .map(documentOf);
  }
}

type Counted = Partial<Record<'received' | 'stored' | 'duplicates' | 'rejected', number>>;

const DOCUMENTS = 'SELECT d.*, p.name AS project FROM documents d JOIN projects p ON p.id = d.project_id';

export function documentOf(row: Row): StoredDocument {
  return {
    id: String(row.doc_id),
    name: row.name === null ? null : String(row.name),
    parent: row.parent === null ? null : String(row.parent),
    createdMs: Number(row.created_ms),
    updatedMs: Number(row.updated_ms),
    project: String(row.project),
    body: parseMap(row.body),
  };
}
