import type { PriceTable } from '../../wire/price.js';
import { emptyObject, type JsonObject } from '../../wire/value.js';
import type { EventChange, IngestReceipt, Scope, SessionChange } from '../trace-store.js';
import { contributionOf, STATUS } from './contribution.js';
import type { Database, Row, SqlValue, Statement } from './driver.js';
import { EventUpdates } from './event-updates.js';
import { type PackedText, unpackPayload, unpackText } from './payload.js';
import { PayloadRows } from './payload-rows.js';
import { bytesOf, type PreparedBatch, type PreparedSpan, prepareRecords } from './prepare.js';
import { Removal } from './removal.js';
import { SessionDirectory } from './session-directory.js';
import { SessionRows } from './session-rows.js';
import { Statements } from './statements.js';
import { TextIndex } from './text-index.js';

const DESCRIBED = `seq, parent_span_id, event_id, parent_event_id, event_type, name, source,
  start_ms, end_ms, duration_ms, status, error_message, model, prompt_tokens, completion_tokens, total_tokens, cost_usd, scores, preview, facets, rank, hash, resource_id`;

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
  readonly #insertSpan: Statement;
  readonly counters: WriterCounters;
  readonly removal: Removal;
  readonly texts: TextIndex;
  #seq: number;

  constructor(db: Database, prices: PriceTable = {}) {
    this.#db = db;
    this.#prices = prices;
    this.#statements = new Statements(db);
    this.#sessions = new SessionRows(db);
    this.#payloads = new PayloadRows(db);
    this.#insertSpan = db.prepare(
      `INSERT INTO spans(project_id, trace_id, span_id, session_pk, ${DESCRIBED}) VALUES(?,?,?,?${',?'.repeat(DESCRIBED.split(',').length)})
      ON CONFLICT(project_id, trace_id, span_id) DO NOTHING`,
    );
    this.texts = new TextIndex(db, this.#statements);
    this.removal = new Removal(db, this.texts);
    this.#directory = new SessionDirectory(this.#statements, this.#sessions, this.texts, () => this.#seq);
    this.#updates = new EventUpdates(
      this.#statements,
      this.#directory,
      this.#sessions,
      this.#payloads,
      this.texts,
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
    this.texts.forget();
    this.#directory.forgetAll();
    this.#sessions.forget();
  }

  writeSpans(scope: Scope, batch: PreparedBatch): IngestReceipt {
    const { rejected, message, spans } = batch;
    const before = { ...this.counters };
    this.counters.received += spans.length + rejected;
    this.counters.rejected += rejected;
    for (const span of spans) this.#writeSpan(scope, batch, span);
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

  #writeSpan(scope: Scope, batch: PreparedBatch, span: PreparedSpan): void {
    const { facts } = span;
    const session = this.#directory.sessionFor(scope, span.traceId, facts);
    const project = this.#directory.projectOf(session);
    const bytes = bytesOf(batch, span);
    const result = this.#insertSpan.run(
      project,
      bytes.trace,
      bytes.span,
      session,
      ...this.#described(batch, span, bytes.parent, bytes.hash),
    );
    if (result.changes === 1) {
      this.counters.stored++;
      this.#payloads.write(result.lastInsertRowid, bytes.payload);
      this.texts.add(result.lastInsertRowid, facts.searchText);
      this.#sessions.addSpan(session, facts, span.parentSpanId === '');
      if (facts.eventId !== undefined) this.#updates.adopt(project, facts.eventId, session);
      return;
    }
    this.counters.duplicates++;
    this.#seenAgain(project, batch, span, session);
  }

  /** The columns from `seq` on, as both statements name them. */
  #described(batch: PreparedBatch, span: PreparedSpan, parent: Uint8Array, hash: Uint8Array): SqlValue[] {
    const { facts } = span;
    return [
      this.#seq,
      span.parentSpanId === '' ? null : parent,
      facts.eventId ?? null,
      span.parentEventId ?? null,
      facts.eventType,
      facts.name,
      facts.source ?? null,
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
      facts.facets,
      facts.rank,
      hash,
      this.#payloads.resourceId(batch.resources[span.resource] as string),
    ];
  }

  /**
   * The rule for a span that is there already: an ended one beats a running one (and keeps what only the running one
   * said); among equals the one that says more wins, at a tie the later.
   */
  #seenAgain(project: number, batch: PreparedBatch, span: PreparedSpan, session: number): void {
    const { trace, span: id, hash, payload } = bytesOf(batch, span);
    const { facts } = span;
    const old = this.#statements
      .get('SELECT * FROM spans WHERE project_id = ? AND trace_id = ? AND span_id = ?')
      .get(project, trace, id) as Row;
    if (facts.rank < Number(old.rank) || Buffer.compare(old.hash as Uint8Array, hash) === 0) return;
    const running = old.end_ms === null && facts.endMs !== null ? this.#payloads.read(Number(old.id)) : undefined;
    if (running === undefined) {
      this.#replace(old, session, batch, span, hash);
      return;
    }
    const ended = unpackPayload(payload, {
      byPlace: (place) => unpackText(span.texts[place] as PackedText),
      byId: () => '',
    });
    const merged = prepareRecords(
      [
        {
          ...ended,
          traceId: span.traceId,
          spanId: span.spanId,
          parentSpanId: span.parentSpanId,
          attributes: Object.assign(emptyObject(), running.attributes, ended.attributes),
          resource: JSON.parse(batch.resources[span.resource] as string) as JsonObject,
        },
      ],
      this.#prices,
    );
    // Sent once more, the end is found to be known.
    this.#replace(old, session, merged, merged.spans[0] as PreparedSpan, hash);
  }

  #replace(old: Row, session: number, batch: PreparedBatch, span: PreparedSpan, hash: Uint8Array): void {
    const { facts } = span;
    const bytes = bytesOf(batch, span);
    const pk = Number(old.id);
    this.removal.dropPayload(pk);
    this.#payloads.write(pk, bytes.payload);
    this.texts.replace(pk, facts.searchText);
    this.#statements
      .get(`UPDATE spans SET session_pk = ?, ${DESCRIBED.replace(/\w+/g, '$& = ?')} WHERE id = ?`)
      .run(session, ...this.#described(batch, span, bytes.parent, hash), pk);
    this.#sessions.count(Number(old.session_pk), contributionOf(old, -1));
    this.#sessions.addSpan(session, facts, span.parentSpanId === '');
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
