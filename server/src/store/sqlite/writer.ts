import { describe, type SpanFacts } from '../../wire/describe.js';
import type { PriceTable } from '../../wire/price.js';
import type { SpanRecord } from '../../wire/span-record.js';
import { emptyObject } from '../../wire/value.js';
import type { EventChange, IngestReceipt, Scope, SessionChange } from '../trace-store.js';
import { contributionOf, STATUS } from './contribution.js';
import type { Database, Row } from './driver.js';
import { EventUpdates } from './event-updates.js';
import { hashOf, payloadOf } from './payload.js';
import { PayloadRows } from './payload-rows.js';
import { Removal } from './removal.js';
import { SessionDirectory } from './session-directory.js';
import { SessionRows } from './session-rows.js';
import { Statements } from './statements.js';

export interface WriterCounters {
  received: number;
  stored: number;
  duplicates: number;
  rejected: number;
}

/** All that changes the file, for one thread; the caller opens and ends the transactions. */
export class Writer {
  readonly #db: Database;
  readonly #sessions: SessionRows;
  readonly #statements: Statements;
  readonly #directory: SessionDirectory;
  readonly #updates: EventUpdates;
  readonly #prices: PriceTable;
  readonly #payloads: PayloadRows;
  readonly counters: WriterCounters;
  readonly removal: Removal;
  #seq: number;

  constructor(db: Database, prices: PriceTable = {}) {
    this.#db = db;
    this.#prices = prices;
    this.#statements = new Statements(db);
    this.#sessions = new SessionRows(db);
    this.#payloads = new PayloadRows(db);
    this.removal = new Removal(db);
    this.#directory = new SessionDirectory(this.#statements, this.#sessions, () => this.#seq);
    this.#updates = new EventUpdates(
      this.#statements,
      this.#directory,
      this.#sessions,
      this.#payloads,
      () => this.#seq,
    );
    this.counters = {
      received: 0,
      stored: 0,
      duplicates: 0,
      rejected: 0,
      ...(JSON.parse(this.#meta('counters') ?? '{}') as object),
    };
    this.#seq = Number(this.#meta('seq') ?? 0);
  }

  get seq(): number {
    return this.#seq;
  }

  #meta(key: string): string | undefined {
    const value = this.#statements.get('SELECT value FROM meta WHERE key = ?').get(key)?.value;
    return typeof value === 'string' ? value : undefined;
  }

  setMeta(key: string, value: string): void {
    this.#statements
      .get('INSERT INTO meta(key, value) VALUES(?, ?) ON CONFLICT(key) DO UPDATE SET value = excluded.value')
      .run(key, value);
  }

  /** Begins a group: everything until `commit` carries one number of the ingest sequence. */
  begin(): void {
    this.#db.exec('BEGIN IMMEDIATE');
    this.#seq++;
  }

  commit(): void {
    this.setMeta('seq', String(this.#seq));
    this.setMeta('counters', JSON.stringify(this.counters));
    this.#db.exec('COMMIT');
    this.#payloads.forget();
  }

  rollback(counters: WriterCounters): void {
    try {
      this.#db.exec('ROLLBACK');
    } catch {
      // SQLite has already rolled back by itself, as it does when the disk is full.
    }
    Object.assign(this.counters, counters);
    this.#seq = Number(this.#meta('seq') ?? 0);
    this.#payloads.forget();
    this.#directory.forgetAll();
    this.#sessions.forget();
  }

  writeSpans(scope: Scope, spans: SpanRecord[], rejected = 0, message = ''): IngestReceipt {
    const before = { ...this.counters };
    this.counters.received += spans.length + rejected;
    this.counters.rejected += rejected;
    for (const span of spans) this.#writeSpan(scope, span);
    this.#sessions.flush(this.#seq);
    return {
      received: spans.length + rejected,
      stored: this.counters.stored - before.stored,
      duplicates: this.counters.duplicates - before.duplicates,
      rejected,
      message,
      seq: this.#seq,
    };
  }

  #writeSpan(scope: Scope, span: SpanRecord): void {
    const facts = describe(span, this.#prices);
    const session = this.#directory.sessionFor(scope, span, facts);
    const project = this.#directory.projectOf(session);
    const { resource, traceId, spanId, parentSpanId } = span;
    const rest = payloadOf(span);
    const json = Buffer.from(JSON.stringify(rest));
    const hash = hashOf(json);
    const trace = Buffer.from(traceId, 'hex');
    const id = Buffer.from(spanId, 'hex');
    const result = this.#statements
      .get(`INSERT INTO spans(project_id, session_pk, seq, trace_id, span_id, parent_span_id, event_id, parent_event_id, event_type, name, source,
      start_ms, end_ms, duration_ms, status, error_message, model, prompt_tokens, completion_tokens, total_tokens, cost_usd, scores, preview, facets, rank, hash, resource_id)
      VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT(project_id, trace_id, span_id) DO NOTHING`)
      .run(
        project,
        session,
        this.#seq,
        trace,
        id,
        parentSpanId === '' ? null : Buffer.from(parentSpanId, 'hex'),
        facts.eventId ?? null,
        span.parentEventId ?? null,
        facts.eventType,
        facts.name,
        facts.source ?? null,
        ...this.#thinValues(facts),
        facts.rank,
        hash,
        this.#payloads.resourceId(resource),
      );
    if (result.changes === 1) {
      this.counters.stored++;
      this.#payloads.write(result.lastInsertRowid, rest, json);
      this.#statements
        .get('INSERT INTO search(rowid, text) VALUES(?, ?)')
        .run(result.lastInsertRowid, facts.searchText);
      this.#sessions.addSpan(session, facts, parentSpanId === '');
      if (facts.eventId !== undefined) this.#updates.adopt(project, facts.eventId, session);
      return;
    }
    this.counters.duplicates++;
    this.#seenAgain(project, trace, id, span, facts, hash, session);
  }

  #thinValues(facts: SpanFacts): (string | number | null)[] {
    return [
      facts.startMs,
      facts.endMs,
      facts.durationMs,
      STATUS[facts.status],
      facts.errorMessage?.slice(0, 2000) ?? null,
      facts.model ?? null,
      facts.tokens?.prompt ?? null,
      facts.tokens?.completion ?? null,
      facts.tokens?.total ?? null,
      facts.costUsd ?? null,
      facts.scores ? JSON.stringify(facts.scores) : null,
      facts.preview,
      Object.keys(facts.facets).length > 0 ? JSON.stringify(facts.facets) : null,
    ];
  }

  /**
   * The rule for a span that is there already: an ended one beats a running one (and keeps what only the running one
   * said); among equals the one that says more wins, at a tie the later.
   */
  #seenAgain(
    project: number,
    trace: Buffer,
    id: Buffer,
    span: SpanRecord,
    facts: SpanFacts,
    hash: Buffer,
    session: number,
  ): void {
    const old = this.#statements
      .get('SELECT * FROM spans WHERE project_id = ? AND trace_id = ? AND span_id = ?')
      .get(project, trace, id) as Row;
    if (facts.rank < Number(old.rank) || Buffer.compare(old.hash as Uint8Array, hash) === 0) return;
    let merged = span;
    let mergedFacts = facts;
    if (old.end_ms === null && facts.endMs !== null) {
      const running = this.#payloads.read(Number(old.id));
      if (running) {
        merged = {
          ...span,
          attributes: Object.assign(emptyObject(), running.attributes, span.attributes),
          name: span.name,
        };
        mergedFacts = describe(merged, this.#prices);
        if (!mergedFacts.sessionGiven || !facts.sessionGiven) mergedFacts.sessionId = facts.sessionId;
      }
    }
    const { resource, parentSpanId } = merged;
    const rest = payloadOf(merged);
    const pk = Number(old.id);
    this.removal.dropPayload(pk);
    this.#payloads.write(pk, rest, Buffer.from(JSON.stringify(rest)));
    this.#statements.get('DELETE FROM search WHERE rowid = ?').run(pk);
    this.#statements.get('INSERT INTO search(rowid, text) VALUES(?, ?)').run(pk, mergedFacts.searchText);
    this.#statements
      .get(`UPDATE spans SET session_pk = ?, seq = ?, parent_span_id = ?, event_id = ?, parent_event_id = ?, event_type = ?, name = ?, source = ?, start_ms = ?, end_ms = ?, duration_ms = ?, status = ?, error_message = ?,
      model = ?, prompt_tokens = ?, completion_tokens = ?, total_tokens = ?, cost_usd = ?, scores = ?, preview = ?, facets = ?, rank = ?, hash = ?, resource_id = ? WHERE id = ?`)
      .run(
        session,
        this.#seq,
        parentSpanId === '' ? null : Buffer.from(parentSpanId, 'hex'),
        mergedFacts.eventId ?? null,
        merged.parentEventId ?? null,
        mergedFacts.eventType,
        mergedFacts.name,
        mergedFacts.source ?? null,
        ...this.#thinValues(mergedFacts),
        mergedFacts.rank,
        hash,
        this.#payloads.resourceId(resource),
        pk,
      );
    this.#sessions.count(Number(old.session_pk), contributionOf(old, -1));
    this.#sessions.addSpan(session, mergedFacts, parentSpanId === '');
  }

  startSession(scope: Scope, change: SessionChange): { sessionId: string; project: string; seq: number } {
    return this.#updates.startSession(scope, change);
  }

  updateEvent(scope: Scope, change: EventChange): { found: boolean; seq: number } {
    return this.#updates.updateEvent(scope, change);
  }

  /** The project a document of this caller belongs to. */
  projectFor(scope: Scope, given: string | undefined): number {
    return this.#directory.projectFor(scope, given);
  }

  /** Sessions were removed behind the directory's back. */
  forgetIds(): void {
    this.#directory.forgetIds();
  }
}
