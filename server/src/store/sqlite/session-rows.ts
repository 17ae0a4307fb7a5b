import type { SpanFacts } from '../../wire/describe.js';
import { facetsText } from '../../wire/facets.js';
import { BUCKETS, type Buckets } from '../../wire/span-record.js';
import { emptyObject, type JsonObject } from '../../wire/value.js';
import type { SessionChange } from '../trace-store.js';
import type { Contribution } from './contribution.js';
import type { Database, Row, Statement } from './driver.js';
import { LONGEST_NAME, NAME_FROM_REST, NAME_FROM_SPAN, SessionDelta } from './session-delta.js';
import type { TextIndex } from './text-index.js';

const LONGEST_TEXT = 65_536;

/** What was said of a session itself; undefined leaves what is there. */
type GivenToSession = {
  [Field in Exclude<keyof SessionChange, 'sessionId' | 'project' | 'buckets'>]?: SessionChange[Field] | undefined;
};

/** Session rows with their running totals: changes gather here and reach the file once a request. */
export class SessionRows {
  readonly #deltas = new Map<number, SessionDelta>();
  readonly #update: Statement;
  readonly #said: Statement;
  readonly #setSaid: Statement;
  readonly #bounds: Statement;
  readonly #buckets: Statement;
  readonly #setBuckets: Statement;
  readonly #given: Statement;
  readonly #absorb: Statement;
  readonly #words: Statement;
  readonly #texts: TextIndex;

  constructor(db: Database, texts: TextIndex) {
    this.#texts = texts;
    this.#words = db.prepare(
      'SELECT name, inputs, outputs, config, metadata, metrics, feedback, user_properties FROM sessions WHERE id = ?',
    );
    this.#absorb = db.prepare(`UPDATE sessions SET
      start_ms = min(ifnull(sessions.start_ms, 9e18), ifnull(f.start_ms, 9e18)),
      end_ms = max(ifnull(sessions.end_ms, -9e18), ifnull(f.end_ms, -9e18)),
      given_start_ms = ifnull(sessions.given_start_ms, f.given_start_ms),
      given_end_ms = ifnull(sessions.given_end_ms, f.given_end_ms),
      given_duration_ms = ifnull(sessions.given_duration_ms, f.given_duration_ms),
      name = CASE WHEN f.name_rank > sessions.name_rank THEN f.name ELSE sessions.name END,
      name_rank = max(sessions.name_rank, f.name_rank),
      source = ifnull(sessions.source, f.source), run_id = ifnull(sessions.run_id, f.run_id),
      error = ifnull(sessions.error, f.error), has_feedback = max(sessions.has_feedback, f.has_feedback),
      first_input = CASE WHEN ifnull(f.first_input_order, 9e18) < ifnull(sessions.first_input_order, 9e18) THEN f.first_input ELSE sessions.first_input END,
      first_input_order = nullif(min(ifnull(f.first_input_order, 9e18), ifnull(sessions.first_input_order, 9e18)), 9e18),
      last_output = CASE WHEN ifnull(f.last_output_order, -9e18) > ifnull(sessions.last_output_order, -9e18) THEN f.last_output ELSE sessions.last_output END,
      last_output_order = nullif(max(ifnull(f.last_output_order, -9e18), ifnull(sessions.last_output_order, -9e18)), -9e18)
      FROM (SELECT * FROM sessions WHERE id = ?) AS f WHERE sessions.id = ?`);
    this.#update = db.prepare(`UPDATE sessions SET seq = ?,
      span_count = span_count + ?, model_count = model_count + ?, error_count = error_count + ?,
      prompt_tokens = prompt_tokens + ?, completion_tokens = completion_tokens + ?, total_tokens = total_tokens + ?, cost_usd = round(cost_usd + ?, 12),
      start_ms = min(ifnull(start_ms, 9e18), ?), end_ms = max(ifnull(end_ms, -9e18), ?), has_feedback = max(has_feedback, ?),
      name = CASE WHEN ? > name_rank THEN ? ELSE name END, name_rank = max(name_rank, ?),
      source = ifnull(source, ?), run_id = ifnull(run_id, ?)
      WHERE id = ?`);
    this.#said = db.prepare(
      'SELECT name, name_rank, scores, first_input, first_input_order, last_output, last_output_order, start_ms, end_ms FROM sessions WHERE id = ?',
    );
    this.#setSaid = db.prepare(
      'UPDATE sessions SET scores = ?, first_input = ?, first_input_order = ?, last_output = ?, last_output_order = ?, name = ? WHERE id = ?',
    );
    this.#bounds = db.prepare(`UPDATE sessions SET
      start_ms = nullif(min(ifnull(given_start_ms, 9e18), ifnull((SELECT min(start_ms) FROM spans WHERE session_pk = ?), 9e18)), 9e18),
      end_ms = ifnull((SELECT max(end_ms) FROM spans WHERE session_pk = ?), -9e18) WHERE id = ?`);
    this.#buckets = db.prepare(
      'SELECT inputs, outputs, config, metadata, metrics, feedback, user_properties FROM sessions WHERE id = ?',
    );
    this.#setBuckets = db.prepare(
      'UPDATE sessions SET inputs = ?, outputs = ?, config = ?, metadata = ?, metrics = ?, feedback = ?, user_properties = ?, facets = ?, seq = ?, has_feedback = max(has_feedback, ?), run_id = ifnull(?, run_id) WHERE id = ?',
    );
    this.#given =
      db.prepare(`UPDATE sessions SET seq = ?, name = ifnull(?, name), name_rank = max(name_rank, ?), source = ifnull(?, source), error = ifnull(?, error),
      given_start_ms = ifnull(?, given_start_ms), given_end_ms = ifnull(?, given_end_ms), given_duration_ms = ifnull(?, given_duration_ms),
      start_ms = nullif(min(ifnull(start_ms, 9e18), ifnull(?, 9e18)), 9e18), made_from = CASE WHEN ? THEN 'rest' ELSE made_from END WHERE id = ?`);
  }

  #delta(session: number): SessionDelta {
    let delta = this.#deltas.get(session);
    if (!delta) {
      delta = new SessionDelta();
      this.#deltas.set(session, delta);
    }
    return delta;
  }

  addSpan(session: number, facts: SpanFacts, isRoot: boolean): void {
    this.#delta(session).add(facts, isRoot);
  }

  /** Another version of a span took its row over, and may have another session. */
  replaceSpan(old: Row, session: number, facts: SpanFacts, isRoot: boolean): void {
    const before = Number(old.session_pk);
    this.#delta(before).replace(old, before === session ? facts : undefined, isRoot);
    this.addSpan(session, facts, isRoot);
  }

  count(session: number, part: Contribution): void {
    this.#delta(session).count(part);
  }

  /** Takes over what another session's row says, where its own says nothing; the spans are the caller's to move. */
  absorb(from: number, into: number, seq: number): void {
    this.#absorb.run(from, into);
    const [taken, own] = [from, into].map((session) => bucketsOf(this.#buckets.get(session)));
    // That it was made for its trace is not true any more.
    delete taken?.metadata?.session_source;
    this.merge(into, taken ?? {}, seq);
    this.merge(into, own ?? {}, seq);
    this.index(into);
  }

  /** Makes what the session itself says findable. */
  index(session: number): void {
    const words = Object.values(this.#words.get(session) ?? {}).filter((value) => typeof value === 'string');
    this.#texts.replace(-session, words.join('\n').slice(0, LONGEST_TEXT));
  }

  /** Merges by key: a key that is sent again overwrites, all others stay. */
  merge(session: number, buckets: Buckets, seq: number): void {
    const row = this.#buckets.get(session);
    if (!row) return;
    const merged = mergeBuckets(row, buckets);
    const metadata = buckets.metadata;
    const runId = typeof metadata?.run_id === 'string' ? metadata.run_id : null;
    const hasFeedback = buckets.feedback !== undefined && Object.keys(buckets.feedback).length > 0 ? 1 : 0;
    this.#setBuckets.run(
      ...BUCKETS.map((bucket) => merged[bucket] ?? null),
      facetsOfTexts(merged),
      seq,
      hasFeedback,
      runId,
      session,
    );
  }

  give(session: number, change: GivenToSession, seq: number, fromRest: boolean): void {
    this.#given.run(
      seq,
      change.name?.slice(0, LONGEST_NAME) ?? null,
      change.name === undefined ? 0 : NAME_FROM_REST,
      change.source ?? null,
      change.error ?? null,
      change.startMs ?? null,
      change.endMs ?? null,
      change.durationMs ?? null,
      change.startMs ?? null,
      fromRest ? 1 : 0,
      session,
    );
  }

  /** Writes the gathered changes. */
  flush(seq: number): void {
    for (const [session, delta] of this.#deltas) {
      const named = this.#takesName(session, delta);
      this.#update.run(
        seq,
        delta.spans,
        delta.models,
        delta.errors,
        delta.prompt,
        delta.completion,
        delta.total,
        delta.cost,
        delta.start ?? 9e18,
        delta.end ?? -9e18,
        delta.feedback ? 1 : 0,
        delta.name?.rank ?? 0,
        delta.name?.text ?? null,
        delta.name?.rank ?? 0,
        delta.source ?? null,
        delta.runId ?? null,
        session,
      );
      if (delta.tellsMore) this.#flushSaid(session, delta);
      if (named) this.index(session);
    }
    this.#deltas.clear();
  }

  /** A span gives the session a name of its own: that of a root is found by the root. */
  #takesName(session: number, { name }: SessionDelta): boolean {
    return name?.rank === NAME_FROM_SPAN && Number(this.#said.get(session)?.name_rank) < NAME_FROM_SPAN;
  }

  #flushSaid(session: number, delta: SessionDelta): void {
    const row = this.#said.get(session);
    if (row === undefined) return;
    const scores = delta.scoresAfter(parseMap(row.scores));
    const { input, output } = delta.saidAfter(row);
    this.#setSaid.run(
      Object.keys(scores).length > 0 ? JSON.stringify(scores) : null,
      input?.text ?? null,
      input?.order ?? null,
      output?.text ?? null,
      output?.order ?? null,
      delta.nameAfter(row),
      session,
    );
    if (delta.shrinks(row)) this.#bounds.run(session, session, session);
  }

  /** After a rolled-back transaction nothing gathered is true any more. */
  forget(): void {
    this.#deltas.clear();
  }
}

export function parseMap(text: unknown): JsonObject {
  if (typeof text !== 'string') return emptyObject();
  return Object.assign(emptyObject(), JSON.parse(text) as JsonObject);
}

function facetsOfTexts(merged: Record<string, string | null>): string | null {
  const buckets: Buckets = {};
  for (const bucket of BUCKETS) if (merged[bucket]) buckets[bucket] = parseMap(merged[bucket]);
  return facetsText(buckets);
}

function bucketsOf(row: Row | undefined): Buckets {
  const buckets: Buckets = {};
  for (const bucket of BUCKETS) if (typeof row?.[bucket] === 'string') buckets[bucket] = parseMap(row[bucket]);
  return buckets;
}

/** Column texts after the merge. */
function mergeBuckets(row: Row, buckets: Buckets): Record<string, string | null> {
  const result: Record<string, string | null> = {};
  for (const bucket of BUCKETS) {
    const added = buckets[bucket];
    const old = row[bucket];
    result[bucket] =
      added === undefined || Object.keys(added).length === 0
        ? ((old as string | null) ?? null)
        : JSON.stringify(Object.assign(parseMap(old), added));
  }
  return result;
}
