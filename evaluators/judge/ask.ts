import { messageOf } from '../../src/base/errors.js';
import type { TokenUsage } from '../result.js';
import type { Budget } from './budget.js';
import { cacheKey, type JudgeCache, recall, remember } from './cache.js';
import type { JudgeClient, JudgeMessage, JudgeReply } from './client.js';
import { isJudgeError, JudgeError } from './error.js';
import { compose, type Question, repair } from './prompts/compose.js';
import { newFence } from './prompts/fence.js';
import { problemsOf } from './schema.js';
import { tracedJudgeCall } from './traced.js';

/** Everything about asking that is settled before the first question of one evaluation. */
export interface AskSettings {
  /** Of the evaluator: names the span, and belongs to the cache key with `version`. */
  readonly name: string;
  readonly version: string | undefined;
  readonly client: JudgeClient;
  readonly model: string | undefined;
  readonly temperature: number | undefined;
  readonly samples: number;
  readonly cache: JudgeCache | undefined;
  readonly budget: Budget;
  readonly trialIndex: number | undefined;
  readonly signal: AbortSignal | undefined;
  /** True: the spans of the calls show neither question nor answer. */
  readonly hidden: boolean;
}

/** What asking cost so far, and how it went. */
export interface Tally {
  usage: TokenUsage | undefined;
  costUsd: number | undefined;
  model: string | undefined;
  calls: number;
  repaired: number;
  cached: number;
  failedSamples: number;
}

/** The evaluator's money is spent: no verdict, and no fault of anybody. */
export class BudgetSpent extends Error {
  override readonly name = 'BudgetSpent';
}

/** Asks the judge questions and adds up what they cost: the one place where a judge is asked. */
export class Asking {
  readonly tally: Tally = {
    usage: undefined,
    costUsd: undefined,
    model: undefined,
    calls: 0,
    repaired: 0,
    cached: 0,
    failedSamples: 0,
  };
  readonly #settings: AskSettings;

  constructor(settings: AskSettings) {
    this.#settings = settings;
  }

  /** One answer that fits the question's schema. Rejects with a JudgeError, BudgetSpent or the signal's reason. */
  ask<T>(question: Question): Promise<T> {
    return this.#answer(question, 0) as Promise<T>;
  }

  /** As many answers as `samples` says; those that failed are left out and counted. Rejects where all failed. */
  async askSamples<T>(question: Question): Promise<T[]> {
    const runs = Array.from({ length: this.#settings.samples }, (_, i) => this.#answer(question, i));
    const settled = await Promise.allSettled(runs);
    this.#settings.signal?.throwIfAborted();
    const answers = settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value as T] : []));
    this.tally.failedSamples += settled.length - answers.length;
    if (answers.length > 0) return answers;
    throw (settled[0] as PromiseRejectedResult).reason;
  }

  async #answer(question: Question, sample: number): Promise<unknown> {
    const { cache, client, model, temperature, name, version, trialIndex } = this.#settings;
    if (cache === undefined) return (await this.#askAnew(question)).value;
    // The prompt is hashed with a fixed fence tag: the random one differs each time and changes no meaning.
    const prompt = compose(question, newFence('0'));
    const asked = [model ?? client.model, temperature, prompt, question.schema];
    const key = cacheKey([...asked, name, version, trialIndex, sample]);
    const kept = await recall(cache, key);
    if (kept !== undefined && faults(question, kept.value).length === 0) {
      this.tally.cached += 1;
      this.tally.model ??= kept.model;
      return kept.value;
    }
    const reply = await this.#askAnew(question);
    await remember(cache, key, reply);
    return reply.value;
  }

  async #askAnew(question: Question): Promise<JudgeReply> {
    const messages = compose(question, newFence());
    const first = await this.#call(question, messages);
    const problems = faults(question, first.value);
    if (problems.length === 0) return first;
    this.tally.repaired += 1;
    const second = await this.#call(question, [...messages, ...repair(first.value, problems)]);
    const still = faults(question, second.value);
    if (still.length === 0) return second;
    throw new JudgeError(
      'judge_parse_error',
      `the judge's answer does not fit, not even after one repair: ${still.slice(0, 3).join('; ')}`,
    );
  }

  async #call(question: Question, messages: readonly JudgeMessage[]): Promise<JudgeReply> {
    const { name, client, model, temperature, budget, signal, hidden } = this.#settings;
    signal?.throwIfAborted();
    if (!budget.enter()) throw new BudgetSpent('the cost limit of this evaluator (maxCostUsd) is reached');
    this.tally.calls += 1;
    try {
      const reply = await tracedJudgeCall(
        `judge ${name}`,
        { model: model ?? client.model, temperature, ...(hidden ? {} : { messages }) },
        () => completed(client, { messages, schema: question.schema, model, temperature, signal }),
        ({ value, usage, costUsd, model: answered }) => ({
          ...(hidden ? {} : { value }),
          model: answered,
          usage,
          costUsd,
        }),
      );
      budget.leave(reply.costUsd, true);
      this.#count(reply);
      return reply;
    } catch (thrown) {
      const spent: Partial<JudgeReply> = isJudgeError(thrown) ? { usage: thrown.usage, costUsd: thrown.costUsd } : {};
      budget.leave(spent.costUsd, false);
      this.#count(spent);
      throw thrown;
    }
  }

  #count({ usage, costUsd, model }: Partial<JudgeReply>): void {
    const { tally } = this;
    if (usage !== undefined) {
      tally.usage = {
        inputTokens: (tally.usage?.inputTokens ?? 0) + usage.inputTokens,
        outputTokens: (tally.usage?.outputTokens ?? 0) + usage.outputTokens,
      };
    }
    if (costUsd !== undefined) tally.costUsd = (tally.costUsd ?? 0) + costUsd;
    tally.model ??= model;
  }
}

async function completed(client: JudgeClient, request: Parameters<JudgeClient['complete']>[0]): Promise<JudgeReply> {
  try {
    const reply: unknown = await client.complete(request);
    if (typeof reply === 'object' && reply !== null && 'value' in reply) return readable(reply as JudgeReply);
  } catch (thrown) {
    request.signal?.throwIfAborted();
    throw isJudgeError(thrown)
      ? thrown
      : new JudgeError('judge_failed', `the judge could not be asked: ${messageOf(thrown)}`);
  }
  throw new JudgeError('judge_failed', 'the judge client gave no { value }');
}

/** What a client of the user's says of tokens and money counts where it can be counted; null is what many give for none. */
function readable({ value, usage, costUsd, model }: JudgeReply): JudgeReply {
  const counted = Number.isFinite(usage?.inputTokens) && Number.isFinite(usage?.outputTokens);
  return {
    value,
    usage: counted ? usage : undefined,
    costUsd: Number.isFinite(costUsd) ? costUsd : undefined,
    model: typeof model === 'string' ? model : undefined,
  };
}

function faults(question: Question, value: unknown): string[] {
  const problems = problemsOf(question.schema, value);
  return problems.length > 0 ? problems : (question.check?.(value) ?? []);
}
