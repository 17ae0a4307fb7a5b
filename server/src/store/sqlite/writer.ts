import { describe, type SpanFacts } from '../../wire/describe.js';
import { canonicalId, spanOfEventId } from '../../wire/ids.js';
import type { PriceTable } from '../../wire/price.js';
import type { Buckets, SpanRecord } from '../../wire/span-record.js';
import { emptyObject, type Json, type JsonObject } from '../../wire/value.js';
import type { EventChange, IngestReceipt, Scope, SessionChange } from '../trace-store.js';
import type { Database, Row, Statement } from './driver.js';
import { hashOf, payloadOf } from './payload.js';
import { PayloadRows } from './payload-rows.js';
import { Removal } from './removal.js';
import { mergeBuckets, parseMap, SessionRows } from './session-rows.js';

const DEFAULT_PROJECT = 'default';
const CACHE = 20_000;
const STATUS = { unset: 0, ok: 1, error: 2 } as const;

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
  readonly #statements: Record<string, Statement>;
  readonly #prices: PriceTable;
  readonly #projects = new Map<string, number>();
  readonly #sessionKeys = new Map<string, number>();
  readonly #traceSessions = new Map<string, { session: number; given: boolean }>();
  readonly #payloads: PayloadRows;
  readonly counters: WriterCounters;
  readonly removal: Removal;
  #seq: number;

  constructor(db: Database, prices: PriceTable = {}) {
    this.#db = db;
    this.#prices = prices;
    this.#sessions = new SessionRows(db);
    this.#payloads = new PayloadRows(db);
    this.removal = new Removal(db);
    this.#statements = {};
    this.counters = { received: 0, stored: 0, duplicates: 0, rejected: 0, ...(JSON.parse(this.#meta('counters') ?? '{}') as object) };
    this.#seq = Number(this.#meta('seq') ?? 0);
  }

  get seq(): number {
    return this.#seq;
  }

  #sql(sql: string): Statement {
    return (this.#statements[sql] ??= this.#db.prepare(sql));
  }

  #meta(key: string): string | undefined {
    const value = this.#sql('SELECT value FROM meta WHERE key = ?').get(key)?.value;
    return typeof value === 'string' ? value : undefined;
  }

  setMeta(key: string, value: string): void {
    this.#sql('INSERT INTO meta(key, value) VALUES(?, ?) ON CONFLICT(key) DO UPDATE SET value = excluded.value').run(key, value);
  }

  /** Begins a group: everything until `finish` carries one number of the ingest sequence. */
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
    this.#projects.clear();
    this.#payloads.forget();
    this.forgetIds();
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
    const session = this.#sessionOf(scope, span, facts);
    const project = this.#projectOfSession(session);
    const { resource, traceId, spanId, parentSpanId } = span;
    const rest = payloadOf(span);
    const text = JSON.stringify(rest);
    const hash = hashOf(text);
    const trace = Buffer.from(traceId, 'hex');
    const id = Buffer.from(spanId, 'hex');
    const result = this.#sql(`INSERT INTO spans(project_id, session_pk, seq, trace_id, span_id, parent_span_id, event_id, parent_event_id, event_type, name, source,
      start_ms, end_ms, duration_ms, status, error_message, model, prompt_tokens, completion_tokens, total_tokens, cost_usd, scores, preview, facets, rank, hash, resource_id)
      VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT(project_id, trace_id, span_id) DO NOTHING`).run(
      project, session, this.#seq, trace, id, parentSpanId === '' ? null : Buffer.from(parentSpanId, 'hex'), facts.eventId ?? null, span.parentEventId ?? null, facts.eventType, facts.name, facts.source ?? null,
      ...this.#thinValues(facts), facts.rank, hash, this.#payloads.resourceId(resource));
    if (result.changes === 1) {
      this.counters.stored++;
      this.#payloads.write(result.lastInsertRowid, rest, text);
      this.#sql('INSERT INTO search(rowid, text) VALUES(?, ?)').run(result.lastInsertRowid, facts.searchText);
      this.#sessions.addSpan(session, facts, parentSpanId === '');
      if (facts.eventId !== undefined) this.#adoptEventSession(project, facts.eventId, session);
      return;
    }
    this.counters.duplicates++;
    this.#seenAgain(project, trace, id, span, facts, hash, session);
  }

  #thinValues(facts: SpanFacts): (string | number | null)[] {
    return [facts.startMs, facts.endMs, facts.durationMs, STATUS[facts.status], facts.errorMessage?.slice(0, 2000) ?? null, facts.model ?? null,
      facts.tokens?.prompt ?? null, facts.tokens?.completion ?? null, facts.tokens?.total ?? null, facts.costUsd ?? null,
      facts.scores ? JSON.stringify(facts.scores) : null, facts.preview, Object.keys(facts.facets).length > 0 ? JSON.stringify(facts.facets) : null];
  }

  /**
   * The rule for a span that is there already: an ended one beats a running one (and keeps what only the running one
   * said); among equals the one that says more wins, at a tie the later.
   */
  #seenAgain(project: number, trace: Buffer, id: Buffer, span: SpanRecord, facts: SpanFacts, hash: Buffer, session: number): void {
    const old = this.#sql('SELECT * FROM spans WHERE project_id = ? AND trace_id = ? AND span_id = ?').get(project, trace, id) as Row;
    if (facts.rank < Number(old.rank) || Buffer.compare(old.hash as Uint8Array, hash) === 0) return;
    let merged = span;
    let mergedFacts = facts;
    if (old.end_ms === null && facts.endMs !== null) {
      const running = this.#payloads.read(Number(old.id));
      if (running) {
        merged = { ...span, attributes: Object.assign(emptyObject(), running.attributes, span.attributes), name: span.name };
        mergedFacts = describe(merged, this.#prices);
        if (!mergedFacts.sessionGiven || !facts.sessionGiven) mergedFacts.sessionId = facts.sessionId;
      }
    }
    const { resource, parentSpanId } = merged;
    const rest = payloadOf(merged);
    const pk = Number(old.id);
    this.removal.dropPayload(pk);
    this.#payloads.write(pk, rest, JSON.stringify(rest));
    this.#sql('DELETE FROM search WHERE rowid = ?').run(pk);
    this.#sql('INSERT INTO search(rowid, text) VALUES(?, ?)').run(pk, mergedFacts.searchText);
    this.#sql(`UPDATE spans SET session_pk = ?, seq = ?, parent_span_id = ?, event_id = ?, parent_event_id = ?, event_type = ?, name = ?, source = ?, start_ms = ?, end_ms = ?, duration_ms = ?, status = ?, error_message = ?,
      model = ?, prompt_tokens = ?, completion_tokens = ?, total_tokens = ?, cost_usd = ?, scores = ?, preview = ?, facets = ?, rank = ?, hash = ?, resource_id = ? WHERE id = ?`).run(
      session, this.#seq, parentSpanId === '' ? null : Buffer.from(parentSpanId, 'hex'), mergedFacts.eventId ?? null, merged.parentEventId ?? null, mergedFacts.eventType, mergedFacts.name, mergedFacts.source ?? null,
      ...this.#thinValues(mergedFacts), mergedFacts.rank, hash, this.#payloads.resourceId(resource), pk);
    this.#sessions.count(Number(old.session_pk), this.#contributionOf(old, -1));
    this.#sessions.addSpan(session, mergedFacts, parentSpanId === '');
  }

  #contributionOf(row: Row, sign: 1 | -1) {
    return {
      sign,
      model: row.event_type === 'model',
      error: row.status === STATUS.error,
      tokens: row.total_tokens === null ? undefined : { prompt: Number(row.prompt_tokens), completion: Number(row.completion_tokens), total: Number(row.total_tokens) },
      costUsd: row.cost_usd === null ? undefined : Number(row.cost_usd),
      scores: row.scores === null ? undefined : (JSON.parse(row.scores as string) as Record<string, number>),
    };
  }

  #projectId(name: string): number {
    let id = this.#projects.get(name);
    if (id === undefined) {
      id = Number(this.#sql('SELECT id FROM projects WHERE name = ?').get(name)?.id ?? this.#sql('INSERT INTO projects(name) VALUES(?)').run(name).lastInsertRowid);
      this.#projects.set(name, id);
    }
    return id;
  }

  readonly #sessionProjects = new Map<number, number>();

  #projectOfSession(session: number): number {
    let project = this.#sessionProjects.get(session);
    if (project === undefined) {
      project = Number(this.#sql('SELECT project_id FROM sessions WHERE id = ?').get(session)?.project_id);
      remember(this.#sessionProjects, session, project);
    }
    return project;
  }

  #sessionOf(scope: Scope, span: SpanRecord, facts: SpanFacts): number {
    const project = scope.project ?? facts.project;
    const traceKey = `${scope.project ?? ''}\n${project ?? ''}\n${span.traceId}`;
    const known = this.#traceSessions.get(traceKey);
    if (!facts.sessionGiven) {
      if (known) return known.session;
      const sibling = this.#sql(`SELECT s.id AS id, s.made_from AS made_from FROM spans x JOIN sessions s ON s.id = x.session_pk WHERE x.project_id = ? AND x.trace_id = ? LIMIT 1`)
        .get(this.#projectId(project ?? DEFAULT_PROJECT), Buffer.from(span.traceId, 'hex'));
      if (sibling) {
        remember(this.#traceSessions, traceKey, { session: Number(sibling.id), given: sibling.made_from !== 'trace' });
        return Number(sibling.id);
      }
    }
    const session = this.ensureSession(scope, facts.sessionId, project, facts.sessionGiven ? 'span' : 'trace', facts.startMs);
    if (facts.foreignSessionId !== undefined && !this.#foreign.has(session)) {
      this.#foreign.add(session);
      this.#sessions.merge(session, { metadata: { session_id_given: facts.foreignSessionId } }, this.#seq);
    }
    if (facts.sessionGiven && (!known || !known.given)) this.#moveTrace(project, span.traceId, session);
    if (!known || facts.sessionGiven) remember(this.#traceSessions, traceKey, { session, given: facts.sessionGiven });
    return session;
  }

  readonly #foreign = new Set<number>();

  /** Spans that came before the one which names the session had to be put under their trace; now they join it. */
  #moveTrace(project: string | undefined, traceId: string, session: number): void {
    const projectId = this.#projectId(project ?? DEFAULT_PROJECT);
    const row = this.#sql("SELECT id FROM sessions WHERE project_id = ? AND session_id = ? AND made_from = 'trace'").get(projectId, canonicalId(`${traceId.slice(0, 8)}-${traceId.slice(8, 12)}-${traceId.slice(12, 16)}-${traceId.slice(16, 20)}-${traceId.slice(20)}`));
    if (!row || Number(row.id) === session) return;
    this.#sessions.flush(this.#seq);
    const from = Number(row.id);
    const target = this.#projectOfSession(session);
    if (target !== projectId) return;
    for (const span of this.#sql('SELECT * FROM spans WHERE session_pk = ?').all(from)) {
      this.#sessions.count(session, this.#contributionOf(span, 1));
    }
    this.#sql('UPDATE spans SET session_pk = ?, seq = ? WHERE session_pk = ?').run(session, this.#seq, from);
    this.#sql(`UPDATE sessions SET start_ms = min(ifnull(sessions.start_ms, 9e18), f.start_ms), end_ms = max(ifnull(sessions.end_ms, -9e18), ifnull(f.end_ms, -9e18)),
      first_input = ifnull(sessions.first_input, f.first_input), first_input_order = ifnull(sessions.first_input_order, f.first_input_order),
      last_output = ifnull(sessions.last_output, f.last_output), last_output_order = ifnull(sessions.last_output_order, f.last_output_order)
      FROM (SELECT * FROM sessions WHERE id = ?) AS f WHERE sessions.id = ?`).run(from, session);
    this.#forgetSession(from);
  }

  #forgetSession(session: number): void {
    this.#sql('DELETE FROM sessions WHERE id = ?').run(session);
    this.#sql('DELETE FROM search WHERE rowid = ?').run(-session);
    this.forgetIds();
  }

  /** Row ids kept in memory are not true any more: a session was removed or moved. */
  forgetIds(): void {
    this.#sessionKeys.clear();
    this.#traceSessions.clear();
    this.#sessionProjects.clear();
    this.#foreign.clear();
  }

  /** The project a document of this caller belongs to. */
  projectFor(scope: Scope, given: string | undefined): number {
    return this.#projectId(scope.project ?? given ?? DEFAULT_PROJECT);
  }

  /** The row of a session, made where there is none yet. */
  ensureSession(scope: Scope, sessionId: string, givenProject: string | undefined, madeFrom: string, startMs: number | null): number {
    const stated = scope.project ?? givenProject;
    const key = `${stated ?? ''}\n${sessionId}`;
    const cached = this.#sessionKeys.get(key);
    if (cached !== undefined) return cached;
    const found = this.#findSession(sessionId, stated, scope.project !== undefined);
    const session = found ?? this.#makeSession(sessionId, stated, madeFrom, startMs);
    remember(this.#sessionKeys, key, session);
    return session;
  }

  #findSession(sessionId: string, stated: string | undefined, forced: boolean): number | undefined {
    if (stated === undefined) {
      const row = this.#sql('SELECT id FROM sessions WHERE session_id = ? ORDER BY project_given DESC, id LIMIT 1').get(sessionId);
      return row ? Number(row.id) : undefined;
    }
    const project = this.#projectId(stated);
    const row = this.#sql('SELECT id FROM sessions WHERE project_id = ? AND session_id = ?').get(project, sessionId);
    if (row) return Number(row.id);
    if (forced) return undefined;
    // A session that was begun without a project joins the project that is named later.
    const open = this.#sql('SELECT id FROM sessions WHERE session_id = ? AND project_given = 0 LIMIT 1').get(sessionId);
    if (!open) return undefined;
    const id = Number(open.id);
    this.#sql('UPDATE sessions SET project_id = ?, project_given = 1 WHERE id = ?').run(project, id);
    this.#sql('UPDATE OR IGNORE spans SET project_id = ? WHERE session_pk = ?').run(project, id);
    this.forgetIds();
    return id;
  }

  #makeSession(sessionId: string, stated: string | undefined, madeFrom: string, startMs: number | null): number {
    const project = this.#projectId(stated ?? DEFAULT_PROJECT);
    const metadata = madeFrom === 'trace' ? '{"session_source":"trace"}' : null;
    const session = this.#sql('INSERT INTO sessions(project_id, session_id, seq, project_given, made_from, start_ms, metadata, facets) VALUES(?, ?, ?, ?, ?, ?, ?, ?)')
      .run(project, sessionId, this.#seq, stated === undefined ? 0 : 1, madeFrom, startMs, metadata, metadata === null ? null : '{"metadata.session_source":"trace"}').lastInsertRowid;
    const patch = this.#sql('DELETE FROM patches WHERE project_id = ? AND event_id = ? RETURNING body').get(project, sessionId);
    if (typeof patch?.body === 'string') this.#sessions.merge(session, JSON.parse(patch.body) as Buckets, this.#seq);
    return session;
  }

  startSession(scope: Scope, change: SessionChange): { sessionId: string; project: string; seq: number } {
    const session = this.ensureSession(scope, change.sessionId, change.project, 'rest', change.startMs ?? null);
    this.#sessions.give(session, change, this.#seq, true);
    this.#sessions.merge(session, change.buckets, this.#seq);
    this.#indexSession(session);
    this.#sessions.flush(this.#seq);
    const row = this.#sql('SELECT p.name AS name FROM sessions s JOIN projects p ON p.id = s.project_id WHERE s.id = ?').get(session);
    return { sessionId: change.sessionId, project: String(row?.name), seq: this.#seq };
  }

  #indexSession(session: number): void {
    const row = this.#sql('SELECT name, inputs, outputs, config, metadata, metrics, feedback, user_properties FROM sessions WHERE id = ?').get(session) as Row;
    const words = Object.values(row).filter((value) => typeof value === 'string').join('\n').slice(0, 65_536);
    this.#sql('DELETE FROM search WHERE rowid = ?').run(-session);
    this.#sql('INSERT INTO search(rowid, text) VALUES(?, ?)').run(-session, words);
  }

  /** Finds the session or span an id belongs to; an id that is not known yet begins a session that a span may take over. */
  updateEvent(scope: Scope, change: EventChange): { found: boolean; seq: number } {
    const session = this.#findSession(change.eventId, scope.project, scope.project !== undefined);
    const span = session === undefined ? this.findSpanByEvent(scope, change.eventId) : undefined;
    if (span) {
      this.#patchSpan(span, change);
      return { found: true, seq: this.#seq };
    }
    const target = session ?? this.ensureSession(scope, change.eventId, undefined, 'update', change.endMs ?? Date.now());
    this.#sessions.give(target, { ...(change.error === undefined ? {} : { error: change.error }), ...(change.endMs === undefined ? {} : { endMs: change.endMs }), ...(change.durationMs === undefined ? {} : { durationMs: change.durationMs }) }, this.#seq, false);
    this.#sessions.merge(target, change.buckets, this.#seq);
    this.#indexSession(target);
    this.#sessions.flush(this.#seq);
    return { found: session !== undefined, seq: this.#seq };
  }

  findSpanByEvent(scope: Scope, eventId: string): Row | undefined {
    const project = scope.project === undefined ? undefined : this.#projectId(scope.project);
    const byId = this.#sql('SELECT * FROM spans WHERE event_id = ? AND (? IS NULL OR project_id = ?) ORDER BY id LIMIT 1').get(eventId, project ?? null, project ?? null);
    if (byId) return byId;
    const derived = spanOfEventId(eventId);
    if (!derived) return undefined;
    const low = Buffer.from(derived.tracePrefix.padEnd(32, '0'), 'hex');
    const high = Buffer.from(derived.tracePrefix.padEnd(32, 'f'), 'hex');
    const projects = project === undefined ? this.#sql('SELECT id FROM projects').all().map((row) => Number(row.id)) : [project];
    for (const id of projects) {
      const row = this.#sql('SELECT * FROM spans WHERE project_id = ? AND trace_id BETWEEN ? AND ? AND span_id = ?').get(id, low, high, Buffer.from(derived.spanId, 'hex'));
      if (row) return row;
    }
    return undefined;
  }

  #patchSpan(span: Row, change: EventChange): void {
    const eventId = change.eventId;
    const project = Number(span.project_id);
    const old = this.#sql('SELECT body FROM patches WHERE project_id = ? AND event_id = ?').get(project, eventId);
    const body = mergePatch(parseMap(old?.body), change);
    this.#sql('INSERT INTO patches(project_id, event_id, body) VALUES(?, ?, ?) ON CONFLICT(project_id, event_id) DO UPDATE SET body = excluded.body').run(project, eventId, JSON.stringify(body));
    const facets = parseMap(span.facets);
    for (const [bucket, map] of Object.entries(change.buckets)) {
      for (const [key, value] of Object.entries(map ?? {})) if (typeof value !== 'object') facets[`${bucket}.${key}`] = value as Json;
    }
    const payload = this.#payloads.read(Number(span.id));
    if (payload) {
      const { searchText } = describe({ ...payload, traceId: '', spanId: '', parentSpanId: '', resource: emptyObject() });
      this.#sql('DELETE FROM search WHERE rowid = ?').run(Number(span.id));
      this.#sql('INSERT INTO search(rowid, text) VALUES(?, ?)').run(Number(span.id), `${searchText}\n${JSON.stringify(body)}`);
    }
    // Later lookups by this id must not depend on how it was derived.
    this.#sql('UPDATE spans SET seq = ?, facets = ?, event_id = ifnull(event_id, ?) WHERE id = ?').run(this.#seq, JSON.stringify(facets), eventId, Number(span.id));
    this.#sql('UPDATE sessions SET seq = ?, has_feedback = max(has_feedback, ?) WHERE id = ?').run(this.#seq, change.buckets.feedback ? 1 : 0, Number(span.session_pk));
  }

  /** A span arrives whose event was updated before it: the stand-in session becomes its patch. */
  #adoptEventSession(project: number, eventId: string, ownSession: number): void {
    const row = this.#sql("SELECT * FROM sessions WHERE project_id = ? AND session_id = ? AND made_from = 'update' AND span_count = 0").get(project, eventId);
    if (!row || Number(row.id) === ownSession) return;
    const merged = mergeBuckets(row, {});
    const body: JsonObject = emptyObject();
    for (const [bucket, text] of Object.entries(merged)) if (text !== null) body[bucket] = JSON.parse(text) as Json;
    if (row.error !== null) body.error = String(row.error);
    this.#sql('INSERT OR REPLACE INTO patches(project_id, event_id, body) VALUES(?, ?, ?)').run(project, eventId, JSON.stringify(body));
    this.#forgetSession(Number(row.id));
  }
}

function mergePatch(old: JsonObject, change: EventChange): JsonObject {
  for (const [bucket, map] of Object.entries(change.buckets)) old[bucket] = Object.assign(emptyObject(), old[bucket] as JsonObject | undefined, map);
  if (change.error !== undefined) old.error = change.error;
  return old;
}

function remember<K, V>(cache: Map<K, V>, key: K, value: V): void {
  if (cache.size >= CACHE) cache.delete(cache.keys().next().value as K);
  cache.set(key, value);
}

