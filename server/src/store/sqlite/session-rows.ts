import type { SpanFacts } from '../../wire/describe.js';
import { facetsText } from '../../wire/facets.js';
import { BUCKETS, type Buckets } from '../../wire/span-record.js';
import { emptyObject, type JsonObject } from '../../wire/value.js';
import type { SessionChange } from '../trace-store.js';
import { type Contribution, contributionOf } from './contribution.js';
import type { Database, Row, SqlValue, Statement } from './driver.js';
import type { TextIndex } from './text-index.js';

interface Delta {
  spans: number;
  models: number;
  errors: number;
  prompt: number;
  completion: number;
  total: number;
  cost: number;
  start: number | null;
  end: number | null;
  feedback: boolean;
  input: Told | undefined;
  output: Told | undefined;
  scores: Map<string, { sum: number; count: number }>;
  name: { rank: number; text: string } | undefined;
  source: string | undefined;
  runId: string | undefined;
  /** Spans whose row another version took over. */
  retold: Retold[];
}

interface Told {
  order: number;
  text: string;
}

/** What an earlier version of a span may have given its session, and what the span says now. */
interface Retold {
  before: { start: number; end: number | null; inputOrder: number; outputOrder: number };
  now: { start: number; end: number | null; input: Told; output: Told };
}

// A root's input opens the conversation, and its output ends it; a child's stands in for it until the root arrives.
const CHILD = 1e15;
const inputOrder = (start: number, isRoot: boolean): number => start + (isRoot ? 0 : CHILD);
const outputOrder = (start: number, end: number | null, isRoot: boolean): number =>
  (end ?? start) + (isRoot ? CHILD : 0);

const LONGEST_TEXT = 65_536;
export const NAME_FROM_ROOT = 1;
export const NAME_FROM_SPAN = 2;
export const NAME_FROM_REST = 3;

/** What was said of a session itself; undefined leaves what is there. */
type GivenToSession = {
  [Field in Exclude<keyof SessionChange, 'sessionId' | 'project' | 'buckets'>]?: SessionChange[Field] | undefined;
};

/** Session rows with their running totals: changes gather here and reach the file once a request. */
export class SessionRows {
  readonly #deltas = new Map<number, Delta>();
  readonly #touched = new Set<number>();
  readonly #update: Statement;
  readonly #scores: Statement;
  readonly #setScores: Statement;
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
      prompt_tokens = prompt_tokens + ?, completion_tokens = completion_tokens + ?, total_tokens = total_tokens + ?, cost_usd = cost_usd + ?,
      start_ms = min(ifnull(start_ms, 9e18), ?), end_ms = max(ifnull(end_ms, -9e18), ?), has_feedback = max(has_feedback, ?),
      name = CASE WHEN ? > name_rank THEN ? ELSE name END, name_rank = max(name_rank, ?),
      source = ifnull(source, ?), run_id = ifnull(run_id, ?)
      WHERE id = ?`);
    this.#scores = db.prepare(
      'SELECT scores, first_input, first_input_order, last_output, last_output_order, start_ms, end_ms FROM sessions WHERE id = ?',
    );
    this.#setScores = db.prepare(
      'UPDATE sessions SET scores = ?, first_input = ?, first_input_order = ?, last_output = ?, last_output_order = ? WHERE id = ?',
    );
    this.#bounds = db.prepare(`UPDATE sessions SET
      start_ms = min(ifnull(given_start_ms, 9e18), (SELECT min(start_ms) FROM spans WHERE session_pk = ?)),
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
      start_ms = min(ifnull(start_ms, 9e18), ifnull(?, 9e18)), made_from = CASE WHEN ? THEN 'rest' ELSE made_from END WHERE id = ?`);
  }

  #delta(session: number): Delta {
    let delta = this.#deltas.get(session);
    if (!delta) {
      delta = {
        spans: 0,
        models: 0,
        errors: 0,
        prompt: 0,
        completion: 0,
        total: 0,
        cost: 0,
        start: null,
        end: null,
        feedback: false,
        input: undefined,
        output: undefined,
        scores: new Map(),
        name: undefined,
        source: undefined,
        runId: undefined,
        retold: [],
      };
      this.#deltas.set(session, delta);
    }
    return delta;
  }

  addSpan(session: number, facts: SpanFacts, isRoot: boolean): void {
    const delta = this.#delta(session);
    this.count(session, {
      sign: 1,
      model: facts.eventType === 'model',
      error: facts.status === 'error',
      tokens: facts.tokens,
      costUsd: facts.costUsd,
      scores: facts.scores,
    });
    delta.start = delta.start === null ? facts.startMs : Math.min(delta.start, facts.startMs);
    if (facts.endMs !== null) delta.end = delta.end === null ? facts.endMs : Math.max(delta.end, facts.endMs);
    delta.feedback ||= facts.hasFeedback;
    delta.source ??= facts.source;
    delta.runId ??= facts.runId;
    const input = { order: inputOrder(facts.startMs, isRoot), text: facts.input };
    if (input.text !== '' && (delta.input === undefined || input.order < delta.input.order)) delta.input = input;
    const output = { order: outputOrder(facts.startMs, facts.endMs, isRoot), text: facts.output };
    if (output.text !== '' && (delta.output === undefined || output.order >= delta.output.order)) delta.output = output;
    if (facts.sessionName !== undefined) delta.name = { rank: NAME_FROM_SPAN, text: facts.sessionName };
    else if (isRoot && delta.name === undefined) delta.name = { rank: NAME_FROM_ROOT, text: facts.name };
  }

  /** Another version of a span took its row over. */
  replaceSpan(old: Row, session: number, facts: SpanFacts, isRoot: boolean): void {
    this.count(Number(old.session_pk), contributionOf(old, -1));
    this.addSpan(session, facts, isRoot);
    const start = Number(old.start_ms);
    const end = old.end_ms === null ? null : Number(old.end_ms);
    const wasRoot = old.parent_span_id === null;
    this.#delta(Number(old.session_pk)).retold.push({
      before: { start, end, inputOrder: inputOrder(start, wasRoot), outputOrder: outputOrder(start, end, wasRoot) },
      now: {
        start: facts.startMs,
        end: facts.endMs,
        input: { order: inputOrder(facts.startMs, isRoot), text: facts.input },
        output: { order: outputOrder(facts.startMs, facts.endMs, isRoot), text: facts.output },
      },
    });
  }

  count(session: number, part: Contribution): void {
    const delta = this.#delta(session);
    const { sign } = part;
    delta.spans += sign;
    if (part.model) delta.models += sign;
    if (part.error) delta.errors += sign;
    // Chains that repeat the tokens of the models below them would count twice.
    if (part.model && part.tokens) {
      delta.prompt += sign * part.tokens.prompt;
      delta.completion += sign * part.tokens.completion;
      delta.total += sign * part.tokens.total;
    }
    if (part.model) delta.cost += sign * (part.costUsd ?? 0);
    for (const [name, score] of Object.entries(part.scores ?? {})) {
      const sum = delta.scores.get(name) ?? { sum: 0, count: 0 };
      delta.scores.set(name, { sum: sum.sum + sign * score, count: sum.count + sign });
    }
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
    this.#touched.add(session);
  }

  give(session: number, change: GivenToSession, seq: number, fromRest: boolean): void {
    this.#given.run(
      seq,
      change.name ?? null,
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
    this.#touched.add(session);
  }

  /** Writes the gathered changes; answers with the sessions that changed. */
  flush(seq: number): number[] {
    for (const [session, delta] of this.#deltas) {
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
      this.#flushTexts(session, delta);
      this.#touched.add(session);
    }
    this.#deltas.clear();
    const touched = [...this.#touched];
    this.#touched.clear();
    return touched;
  }

  #flushTexts(session: number, delta: Delta): void {
    if (delta.scores.size === 0 && !delta.input && !delta.output && delta.retold.length === 0) return;
    const row = this.#scores.get(session) as Row;
    const scores = parseMap(row.scores) as Record<string, unknown>;
    for (const [name, added] of delta.scores) {
      const old = scores[name] as { sum: number; count: number } | undefined;
      const sum = { sum: (old?.sum ?? 0) + added.sum, count: (old?.count ?? 0) + added.count };
      if (sum.count > 0) scores[name] = sum;
      else delete scores[name];
    }
    const { input, output } = saidNow(row, delta);
    this.#setScores.run(
      Object.keys(scores).length > 0 ? JSON.stringify(scores) : null,
      input?.text ?? null,
      input?.order ?? null,
      output?.text ?? null,
      output?.order ?? null,
      session,
    );
    if (delta.retold.some(({ before, now }) => shrinks(row, before, now))) this.#bounds.run(session, session, session);
  }

  /** After a rolled-back transaction nothing gathered is true any more. */
  forget(): void {
    this.#deltas.clear();
    this.#touched.clear();
  }
}

/** First input and last output after the changes. */
function saidNow(row: Row, { input, output, retold }: Delta): { input: Told | undefined; output: Told | undefined } {
  let first = told(row.first_input, row.first_input_order);
  let last = told(row.last_output, row.last_output_order);
  for (const { before, now } of retold) {
    if (now.input.text !== '' && first?.order === before.inputOrder) first = now.input;
    if (now.output.text !== '' && last?.order === before.outputOrder) last = now.output;
  }
  if (input !== undefined && (first === undefined || input.order < first.order)) first = input;
  if (output !== undefined && (last === undefined || output.order >= last.order)) last = output;
  return { input: first, output: last };
}

function told(text: SqlValue | undefined, order: SqlValue | undefined): Told | undefined {
  return typeof order === 'number' ? { order, text: String(text ?? '') } : undefined;
}

/** A span that the session begins or ends with begins later or ends earlier than it was said to. */
function shrinks(row: Row, before: Retold['before'], now: Retold['now']): boolean {
  return (
    (before.start === row.start_ms && now.start > before.start) ||
    (before.end !== null && before.end === row.end_ms && (now.end === null || now.end < before.end))
  );
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
