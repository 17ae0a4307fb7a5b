import { describe, type SpanFacts } from '../../wire/describe.js';
import { type EventPatch, patchedRecord } from '../../wire/event-patch.js';
import type { PriceTable } from '../../wire/price.js';
import { emptyObject } from '../../wire/value.js';
import { STATUS } from './contribution.js';
import type { Database, Row, SqlValue, Statement } from './driver.js';
import type { Payload } from './payload.js';
import { PayloadRows } from './payload-rows.js';
import { bytesOf, type PreparedBatch, type PreparedSpan } from './prepare.js';
import type { Removal } from './removal.js';
import type { ResourceRows } from './resource-rows.js';
import { hex } from './rows.js';
import type { SessionRows } from './session-rows.js';
import type { Statements } from './statements.js';
import type { TextIndex } from './text-index.js';

/** What is concluded from a span. */
const FACTS = `seq, event_id, event_type, name, source, start_ms, end_ms, duration_ms, status, error_message,
  model, prompt_tokens, completion_tokens, total_tokens, cost_usd, scores, preview, facets`;
/** What tells one version of a span from another. */
const VERSION = 'session_pk, parent_span_id, parent_event_id, rank, hash, resource_id';
const LONGEST_ERROR = 2000;

const sets = (columns: string): string => columns.replace(/\w+/g, '$& = ?');

/** What a span says now, and by what it was told: the hash by which it is known when it is sent again, and its rank. */
export interface Version {
  batch: PreparedBatch;
  span: PreparedSpan;
  hash: Uint8Array;
  rank: number;
}

/** Thin rows of spans with all that hangs on them: payload, searchable text, and the part in their session's totals. */
export class SpanRows {
  readonly #statements: Statements;
  readonly #sessions: SessionRows;
  readonly #texts: TextIndex;
  readonly #removal: Removal;
  readonly #resources: ResourceRows;
  readonly #prices: PriceTable;
  readonly #seq: () => number;
  readonly #payloads: PayloadRows;
  readonly #insert: Statement;

  constructor(
    db: Database,
    statements: Statements,
    sessions: SessionRows,
    texts: TextIndex,
    removal: Removal,
    resources: ResourceRows,
    prices: PriceTable,
    seq: () => number,
  ) {
    this.#statements = statements;
    this.#sessions = sessions;
    this.#texts = texts;
    this.#removal = removal;
    this.#resources = resources;
    this.#prices = prices;
    this.#seq = seq;
    this.#payloads = new PayloadRows(db);
    const columns = `project_id, trace_id, span_id, ${VERSION}, ${FACTS}`;
    this.#insert = db.prepare(
      `INSERT INTO spans(${columns}) VALUES(${columns.replace(/\w+/g, '?')}) ON CONFLICT(project_id, trace_id, span_id) DO NOTHING`,
    );
  }

  /** The new row; undefined where the span is there already. */
  insert(project: number, session: number, batch: PreparedBatch, span: PreparedSpan): number | undefined {
    const { facts } = span;
    const bytes = bytesOf(batch, span);
    const resource = this.#resources.idOf(batch.resources[span.resource] as string);
    const { changes, lastInsertRowid: id } = this.#insert.run(
      project,
      bytes.trace,
      bytes.span,
      ...this.#version(session, span, bytes.parent, bytes.hash, facts.rank, resource),
      ...this.#facts(facts, facts.eventId ?? null),
    );
    if (changes === 0) return undefined;
    this.#resources.count(resource, 1);
    this.#payloads.write(id, bytes.payload);
    this.#texts.add(id, facts.searchText);
    this.#sessions.addSpan(session, facts, span.parentSpanId === '');
    return id;
  }

  find(project: number, trace: Uint8Array, span: Uint8Array): Row | undefined {
    return this.#statements
      .get('SELECT * FROM spans WHERE project_id = ? AND trace_id = ? AND span_id = ?')
      .get(project, trace, span);
  }

  byId(id: number): Row {
    return this.#statements.get('SELECT * FROM spans WHERE id = ?').get(id) as Row;
  }

  payload(id: number): Payload | undefined {
    return this.#payloads.read(id);
  }

  /** Another version takes the row over. */
  replace(old: Row, session: number, { batch, span, hash, rank }: Version): void {
    const { facts } = span;
    const id = Number(old.id);
    const { parent, payload } = bytesOf(batch, span);
    const resource = this.#resources.idOf(batch.resources[span.resource] as string);
    this.#resources.count(resource, 1);
    if (old.resource_id !== null) this.#resources.count(Number(old.resource_id), -1);
    this.#removal.dropPayload(id);
    this.#payloads.write(id, payload);
    this.#texts.replace(id, facts.searchText);
    this.#statements
      .get(`UPDATE spans SET ${sets(VERSION)}, ${sets(FACTS)} WHERE id = ?`)
      .run(
        ...this.#version(session, span, parent, hash, rank, resource),
        ...this.#facts(facts, facts.eventId ?? (old.event_id as string | null)),
        id,
      );
    this.#sessions.replaceSpan(old, session, facts, span.parentSpanId === '');
  }

  /** What was added to the event counts from now on as if the span had said it. */
  addPatch(old: Row, eventId: string, patch: EventPatch): void {
    const id = Number(old.id);
    const payload = this.#payloads.read(id);
    if (payload === undefined) return;
    const record = {
      ...payload,
      traceId: hex(old.trace_id),
      spanId: hex(old.span_id),
      parentSpanId: old.parent_span_id === null ? '' : hex(old.parent_span_id),
      resource: emptyObject(),
    };
    const facts = describe(patchedRecord(record, patch), this.#prices);
    this.#texts.replace(id, facts.searchText);
    this.#statements
      .get(`UPDATE spans SET ${sets(FACTS)} WHERE id = ?`)
      // Later lookups by this id must not depend on how it was derived.
      .run(...this.#facts(facts, (old.event_id as string | null) ?? eventId), id);
    this.#sessions.replaceSpan(old, Number(old.session_pk), facts, record.parentSpanId === '');
  }

  #version(
    session: number,
    { parentSpanId, parentEventId }: PreparedSpan,
    parent: Uint8Array,
    hash: Uint8Array,
    rank: number,
    resource: number,
  ): SqlValue[] {
    return [session, parentSpanId === '' ? null : parent, parentEventId ?? null, rank, hash, resource];
  }

  #facts(facts: SpanFacts, eventId: string | null): SqlValue[] {
    return [
      this.#seq(),
      eventId,
      facts.eventType,
      facts.name,
      facts.source ?? null,
      facts.startMs,
      facts.endMs,
      facts.durationMs,
      STATUS[facts.status],
      facts.errorMessage?.slice(0, LONGEST_ERROR) ?? null,
      facts.model ?? null,
      facts.tokens?.prompt ?? null,
      facts.tokens?.completion ?? null,
      facts.tokens?.total ?? null,
      facts.costUsd ?? null,
      facts.scores ? JSON.stringify(facts.scores) : null,
      facts.preview,
      facts.facets,
    ];
  }
}
