import type { SpanFacts } from '../../wire/describe.js';
import type { JsonObject } from '../../wire/value.js';
import { type Contribution, contributionOf } from './contribution.js';
import type { Row, SqlValue } from './driver.js';

/** Who gave a session its name: the more it means the session itself, the higher. */
const NAME_FROM_ROOT = 1;
export const NAME_FROM_SPAN = 2;
export const NAME_FROM_REST = 3;
/** Lists show names; what is longer stays whole with its span. */
export const LONGEST_NAME = 1000;

interface Told {
  order: number;
  text: string;
}

interface Edges {
  start: number;
  end: number | null;
  input: Told;
  output: Told;
  name: string;
}

/** What an earlier version of a span may have given its session, and what the span says now; nothing where it left. */
interface Retold {
  before: Edges;
  now: Edges | undefined;
}

// A root's input opens the conversation, and its output ends it; a child's stands in for it until the root arrives.
const CHILD = 1e15;

function edges(start: number, end: number | null, isRoot: boolean, input: string, output: string, name: string): Edges {
  return {
    start,
    end,
    input: { order: start + (isRoot ? 0 : CHILD), text: input },
    output: { order: (end ?? start) + (isRoot ? CHILD : 0), text: output },
    name,
  };
}

const edgesOf = ({ startMs, endMs, input, output, name }: SpanFacts, isRoot: boolean): Edges =>
  edges(startMs, endMs, isRoot, input, output, name);

/** What changes in a session's row, gathered over many spans. */
export class SessionDelta {
  spans = 0;
  models = 0;
  errors = 0;
  prompt = 0;
  completion = 0;
  total = 0;
  cost = 0;
  start: number | null = null;
  end: number | null = null;
  feedback = false;
  name: { rank: number; text: string } | undefined;
  source: string | undefined;
  runId: string | undefined;
  readonly #scores = new Map<string, { sum: number; count: number }>();
  #input: Told | undefined;
  #output: Told | undefined;
  readonly #retold: Retold[] = [];

  /** More than numbers that can be added to the row. */
  get tellsMore(): boolean {
    return this.#scores.size > 0 || this.#input !== undefined || this.#output !== undefined || this.#retold.length > 0;
  }

  add(facts: SpanFacts, isRoot: boolean): void {
    this.count({
      sign: 1,
      model: facts.eventType === 'model',
      error: facts.status === 'error',
      tokens: facts.tokens,
      costUsd: facts.costUsd,
      scores: facts.scores,
    });
    const { start, end, input, output } = edgesOf(facts, isRoot);
    this.start = this.start === null ? start : Math.min(this.start, start);
    if (end !== null) this.end = this.end === null ? end : Math.max(this.end, end);
    this.feedback ||= facts.hasFeedback;
    this.source ??= facts.source;
    this.runId ??= facts.runId;
    if (input.text !== '' && (this.#input === undefined || input.order < this.#input.order)) this.#input = input;
    if (output.text !== '' && (this.#output === undefined || output.order >= this.#output.order)) this.#output = output;
    if (facts.sessionName !== undefined) this.name = { rank: NAME_FROM_SPAN, text: facts.sessionName };
    else if (isRoot && this.name === undefined) this.name = { rank: NAME_FROM_ROOT, text: facts.name };
  }

  /** A version that was counted is not there any more; `facts` are of the one that took its row over. */
  replace(old: Row, facts: SpanFacts | undefined, isRoot: boolean): void {
    this.count(contributionOf(old, -1));
    const end = old.end_ms === null ? null : Number(old.end_ms);
    this.#retold.push({
      before: edges(Number(old.start_ms), end, old.parent_span_id === null, '', '', String(old.name)),
      now: facts === undefined ? undefined : edgesOf(facts, isRoot),
    });
  }

  count(part: Contribution): void {
    const { sign } = part;
    this.spans += sign;
    if (part.model) this.models += sign;
    if (part.error) this.errors += sign;
    // Chains that repeat the tokens of the models below them would count twice.
    if (part.model && part.tokens) {
      this.prompt += sign * part.tokens.prompt;
      this.completion += sign * part.tokens.completion;
      this.total += sign * part.tokens.total;
    }
    if (part.model) this.cost += sign * (part.costUsd ?? 0);
    for (const [name, score] of Object.entries(part.scores ?? {})) {
      const sum = this.#scores.get(name) ?? { sum: 0, count: 0 };
      this.#scores.set(name, { sum: sum.sum + sign * score, count: sum.count + sign });
    }
  }

  scoresAfter(scores: JsonObject): JsonObject {
    for (const [name, added] of this.#scores) {
      const old = scores[name] as { sum: number; count: number } | undefined;
      const count = (old?.count ?? 0) + added.count;
      if (count > 0) scores[name] = { sum: tidy((old?.sum ?? 0) + added.sum), count };
      else delete scores[name];
    }
    return scores;
  }

  /** First input and last output. */
  saidAfter(row: Row): { input: Told | undefined; output: Told | undefined } {
    let first = told(row.first_input, row.first_input_order);
    let last = told(row.last_output, row.last_output_order);
    for (const { before, now } of this.#retold) {
      if (first?.order === before.input.order && now?.input.text !== '') first = now?.input;
      if (last?.order === before.output.order && now?.output.text !== '') last = now?.output;
    }
    const [input, output] = [this.#input, this.#output];
    if (input !== undefined && (first === undefined || input.order < first.order)) first = input;
    if (output !== undefined && (last === undefined || output.order >= last.order)) last = output;
    return { input: first, output: last };
  }

  /** A root may be renamed while it runs. */
  nameAfter(row: Row): string | null {
    let { name } = row;
    if (row.name_rank === NAME_FROM_ROOT)
      for (const { before, now } of this.#retold) if (name === before.name && now !== undefined) name = now.name;
    return name === null ? null : String(name);
  }

  /** A span that the session begins or ends with begins later or ends earlier than it was said to. */
  shrinks({ start_ms: start, end_ms: end }: Row): boolean {
    return this.#retold.some(
      ({ before, now }) =>
        (before.start === start && (now === undefined || now.start > before.start)) ||
        (before.end !== null && before.end === end && (now === undefined || now.end === null || now.end < before.end)),
    );
  }
}

function told(text: SqlValue | undefined, order: SqlValue | undefined): Told | undefined {
  return typeof order === 'number' ? { order, text: String(text ?? '') } : undefined;
}

/** Taking away what was added leaves a trace in the last digits: 0.2 + 0.9 - 0.2 is not 0.9. */
function tidy(sum: number): number {
  return Math.abs(sum) < 1e-12 ? 0 : Number(sum.toPrecision(14));
}
