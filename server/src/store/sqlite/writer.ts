import { ENDED_RANK } from '../../wire/describe.js';
import type { PriceTable } from '../../wire/price.js';
import { emptyObject, type JsonObject } from '../../wire/value.js';
import type { EventChange, IngestReceipt, Scope, SessionChange } from '../trace-store.js';
import type { Database, Row } from './driver.js';
import { EventUpdates } from './event-updates.js';
import { Going } from './going.js';
import { Patches } from './patches.js';
import type { Payload } from './payload.js';
import { bytesOf, type PreparedBatch, type PreparedSpan, payloadOf, prepareRecords } from './prepare.js';
import { Removal } from './removal.js';
import { RemovalNotes } from './removal-notes.js';
import { ResourceRows } from './resource-rows.js';
import { SessionDirectory } from './session-directory.js';
import { SessionRows } from './session-rows.js';
import { SpanRows, type Version } from './span-rows.js';
import { Statements } from './statements.js';
import { TextIndex } from './text-index.js';
import { sizeOf, withOpen } from './versions.js';

interface Counters {
  received: number;
  stored: number;
  duplicates: number;
  rejected: number;
}

const COUNTED = ['received', 'stored', 'duplicates', 'rejected'] as const;
const NONE: Counters = { received: 0, stored: 0, duplicates: 0, rejected: 0 };

/** What came since the file was begun; where keys are in use, also by the project of the key. */
export interface WriterCounters extends Counters {
  projects: Record<string, Counters>;
}

/** All that changes the file, for one thread; the caller opens and ends the transactions. */
export class Writer {
  readonly #db: Database;
  readonly #sessions: SessionRows;
  readonly #statements: Statements;
  readonly #directory: SessionDirectory;
  readonly #updates: EventUpdates;
  readonly #prices: PriceTable;
  readonly #spans: SpanRows;
  readonly #resources: ResourceRows;
  #counters: WriterCounters;
  readonly removal: Removal;
  readonly texts: TextIndex;
  #seq: number;

  constructor(db: Database, prices: PriceTable = {}) {
    this.#db = db;
    this.#prices = prices;
    this.#statements = new Statements(db);
    this.texts = new TextIndex(db, this.#statements);
    this.#sessions = new SessionRows(db, this.texts);
    const seq = (): number => this.#seq;
    const statements = this.#statements;
    this.#resources = new ResourceRows(db);
    this.removal = new Removal(
      db,
      this.texts,
      this.#resources,
      new RemovalNotes(statements, seq),
      new Going(statements),
    );
    this.#spans = new SpanRows(db, statements, this.#sessions, this.texts, this.removal, this.#resources, prices, seq);
    this.#directory = new SessionDirectory(statements, this.#sessions, this.removal, seq);
    this.#updates = new EventUpdates(
      this.#statements,
      this.#directory,
      this.#sessions,
      this.#spans,
      new Patches(this.#statements),
      seq,
    );
    this.#counters = this.#storedCounters();
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

  #storedCounters(): WriterCounters {
    const stored = JSON.parse(this.#meta('counters') ?? '{}') as Partial<WriterCounters>;
    return { ...NONE, ...stored, projects: { ...stored.projects } };
  }

  #count(scope: Scope, added: Counters): void {
    const counted: Counters[] = [this.#counters];
    if (scope.project !== undefined) {
      this.#counters.projects[scope.project] ??= { ...NONE };
      counted.push(this.#counters.projects[scope.project] as Counters);
    }
    for (const one of counted) for (const name of COUNTED) one[name] += added[name];
  }

  /** Begins a group: everything until `commit` carries one number of the ingest sequence. */
  begin(): void {
    this.#db.exec('BEGIN IMMEDIATE');
    this.#seq++;
  }

  commit(): void {
    this.setMeta('seq', String(this.#seq));
    this.setMeta('counters', JSON.stringify(this.#counters));
    this.#db.exec('COMMIT');
  }

  /** False where not even that can be read any more, and only a fresh connection helps. */
  rollback(): boolean {
    try {
      this.#db.exec('ROLLBACK');
    } catch {
      // SQLite has already rolled back by itself, as it does when the disk is full.
    }
    this.#resources.forget();
    this.#sessions.forget();
    try {
      this.#seq = Number(this.#meta('seq') ?? 0);
      this.#counters = this.#storedCounters();
      this.texts.forget();
      this.removal.going.forget();
      this.#directory.forgetAll();
      return true;
    } catch {
      return false;
    }
  }

  writeSpans(scope: Scope, batch: PreparedBatch): IngestReceipt {
    const { rejected, message, spans } = batch;
    let stored = 0;
    for (const span of spans) if (this.#writeSpan(scope, batch, span)) stored++;
    this.#sessions.flush(this.#seq);
    this.#resources.flush();
    const counted = { received: spans.length + rejected, stored, duplicates: spans.length - stored, rejected };
    this.#count(scope, counted);
    return { ...counted, message, seq: this.#seq };
  }

  /** False where it was there already. */
  #writeSpan(scope: Scope, batch: PreparedBatch, span: PreparedSpan): boolean {
    const session = this.#directory.sessionFor(scope, span.traceId, span.facts);
    const project = this.#directory.projectOf(session);
    const id = this.#spans.insert(project, session, batch, span) ?? this.#insertAnew(project, session, batch, span);
    if (id === undefined) {
      this.#seenAgain(scope, project, session, batch, span);
      return false;
    }
    this.#updates.spanWritten(scope, id, span.facts.eventId);
    return true;
  }

  /** Where the one that is there is on its way out with its session, this one is new. */
  #insertAnew(project: number, session: number, batch: PreparedBatch, span: PreparedSpan): number | undefined {
    if (this.removal.going.first === undefined) return undefined;
    const { trace, span: spanId } = bytesOf(batch, span);
    const old = this.#spans.find(project, trace, spanId) as Row;
    if (!this.removal.going.has(Number(old.session_pk))) return undefined;
    this.removal.dropSpan(old);
    return this.#spans.insert(project, session, batch, span);
  }

  /**
   * The rule for a span that is there already: an ended one beats a running one, and keeps what only the running one
   * said, whichever came first; among equals the one that says more wins, at a tie the later.
   */
  #seenAgain(scope: Scope, project: number, session: number, batch: PreparedBatch, span: PreparedSpan): void {
    const { trace, span: spanId, hash } = bytesOf(batch, span);
    const { rank } = span.facts;
    const old = this.#spans.find(project, trace, spanId) as Row;
    if (Buffer.compare(old.hash as Uint8Array, hash) === 0) return;
    const wasEnded = Number(old.rank) >= ENDED_RANK;
    const isEnded = rank >= ENDED_RANK;
    if (wasEnded === isEnded && rank < Number(old.rank)) return;
    const stored = wasEnded || isEnded ? this.#spans.payload(Number(old.id)) : undefined;
    const sent = payloadOf(batch, span);
    if (stored === undefined || (wasEnded && isEnded && stored.open === undefined)) {
      this.#replace(scope, old, session, { batch, span, hash, rank });
    } else if (isEnded) {
      const merged = withOpen(sent, wasEnded ? stored.open : stored.attributes);
      // Sent once more, the end is found to be known.
      this.#replace(scope, old, session, { ...this.#prepared(merged, batch, span), hash, rank });
    } else {
      const merged = withOpen(stored, Object.assign(emptyObject(), stored.open, sent.attributes));
      if (sizeOf(merged.open) === sizeOf(stored.open)) return;
      const version = { hash: old.hash as Uint8Array, rank: Number(old.rank) };
      this.#replace(scope, old, session, { ...this.#prepared(merged, batch, span), ...version });
    }
  }

  #prepared(payload: Payload, from: PreparedBatch, span: PreparedSpan): { batch: PreparedBatch; span: PreparedSpan } {
    const { traceId, spanId, parentSpanId } = span;
    const resource = JSON.parse(from.resources[span.resource] as string) as JsonObject;
    const batch = prepareRecords([{ ...payload, traceId, spanId, parentSpanId, resource }], this.#prices);
    return { batch, span: batch.spans[0] as PreparedSpan };
  }

  #replace(scope: Scope, old: Row, session: number, version: Version): void {
    this.#spans.replace(old, session, version);
    this.#updates.spanReplaced(scope, old, version.span.facts.eventId);
    if (Number(old.session_pk) !== session) this.#directory.leave(Number(old.session_pk));
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
