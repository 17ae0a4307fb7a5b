import type { SpanFacts } from '../../wire/describe.js';
import { facetsText } from '../../wire/facets.js';
import { BUCKETS, type Buckets } from '../../wire/span-record.js';
import { emptyObject, type JsonObject } from '../../wire/value.js';
import type { SessionChange } from '../trace-store.js';
import type { Database, Row, Statement } from './driver.js';

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
  input: { order: number; text: string } | undefined;
  output: { order: number; text: string } | undefined;
  scores: Map<string, { sum: number; count: number }>;
  name: { rank: number; text: string } | undefined;
  source: string | undefined;
  runId: string | undefined;
}

export const NAME_FROM_ROOT = 1;
export const NAME_FROM_SPAN = 2;
export const NAME_FROM_REST = 3;

/** What a span adds to its session; the same with a negative sign takes it away again. */
export interface Contribution {
  sign: 1 | -1;
  model: boolean;
  error: boolean;
  tokens: SpanFacts['tokens'];
  costUsd: number | undefined;
  scores: Record<string, number> | undefined;
}

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
  readonly #buckets: Statement;
  readonly #setBuckets: Statement;
  readonly #given: Statement;

  constructor(db: Database) {
    this.#update = db.prepare(`UPDATE sessions SET seq = ?,
      span_count = span_count + ?, model_count = model_count + ?, error_count = error_count + ?,
      prompt_tokens = prompt_tokens + ?, completion_tokens = completion_tokens + ?, total_tokens = total_tokens + ?, cost_usd = cost_usd + ?,
      start_ms = min(ifnull(start_ms, 9e18), ?), end_ms = max(ifnull(end_ms, -9e18), ?), has_feedback = max(has_feedback, ?),
      name = CASE WHEN ? > name_rank THEN ? ELSE name END, name_rank = max(name_rank, ?),
      source = ifnull(source, ?), run_id = ifnull(run_id, ?)
      WHERE id = ?`);
    this.#scores = db.prepare('SELECT scores, first_input_order, last_output_order FROM sessions WHERE id = ?');
    this.#setScores = db.prepare(`UPDATE sessions SET scores = ?,
      first_input = CASE WHEN ? THEN ? ELSE first_input END, first_input_order = CASE WHEN ? THEN ? ELSE first_input_order END,
      last_output = CASE WHEN ? THEN ? ELSE last_output END, last_output_order = CASE WHEN ? THEN ? ELSE last_output_order END WHERE id = ?`);
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
    // A root's input opens the conversation; a child's stands in for it until the root arrives.
    const inputOrder = facts.startMs + (isRoot ? 0 : 1e15);
    if (facts.input !== '' && (delta.input === undefined || inputOrder < delta.input.order))
      delta.input = { order: inputOrder, text: facts.input };
    const outputOrder = (facts.endMs ?? facts.startMs) + (isRoot ? 1e15 : 0);
    if (facts.output !== '' && (delta.output === undefined || outputOrder >= delta.output.order))
      delta.output = { order: outputOrder, text: facts.output };
    if (facts.sessionName !== undefined) delta.name = { rank: NAME_FROM_SPAN, text: facts.sessionName };
    else if (isRoot && delta.name === undefined) delta.name = { rank: NAME_FROM_ROOT, text: facts.name };
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
    if (delta.scores.size === 0 && !delta.input && !delta.output) return;
    const row = this.#scores.get(session) as Row;
    const scores = parseMap(row.scores) as Record<string, unknown>;
    for (const [name, added] of delta.scores) {
      const old = scores[name] as { sum: number; count: number } | undefined;
      const sum = { sum: (old?.sum ?? 0) + added.sum, count: (old?.count ?? 0) + added.count };
      if (sum.count > 0) scores[name] = sum;
      else delete scores[name];
    }
    const newInput =
      delta.input !== undefined && (row.first_input_order === null || delta.input.order < Number(row.first_input_order))
        ? 1
        : 0;
    const newOutput =
      delta.output !== undefined &&
      (row.last_output_order === null || delta.output.order >= Number(row.last_output_order))
        ? 1
        : 0;
    this.#setScores.run(
      Object.keys(scores).length > 0 ? JSON.stringify(scores) : null,
      newInput,
      delta.input?.text ?? null,
      newInput,
      delta.input?.order ?? null,
      newOutput,
      delta.output?.text ?? null,
      newOutput,
      delta.output?.order ?? null,
      session,
    );
  }

  /** After a rolled-back transaction nothing gathered is true any more. */
  forget(): void {
    this.#deltas.clear();
    this.#touched.clear();
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

/** Column texts after the merge. */
export function mergeBuckets(row: Row, buckets: Buckets): Record<string, string | null> {
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
