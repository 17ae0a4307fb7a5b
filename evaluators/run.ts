import { messageOf } from '../src/base/errors.js';
import { isThenable } from '../src/base/thenable.js';
import { Deadline } from './deadline.js';
import type { EvaluateArgs, EvaluationContext } from './evaluation-context.js';
import { EVALUATOR, type Evaluator } from './evaluator.js';
import { type Normalised, normalise, statusOf } from './normalise.js';
import type { EvaluatorOptions } from './options.js';
import type { EvaluationResult } from './result.js';

export const DEFAULT_TIMEOUT_MS = 10_000;

/** An evaluator that bounds its parts itself: it is told when its time is over, and waited for. */
export const SETTLES_ON_ABORT: unique symbol = Symbol.for('honeyhive-decorators.evaluator.settles-on-abort');

/** In the context of an evaluation in the background, so that the children of a MultiEvaluator are in it too. */
const BACKGROUND: unique symbol = Symbol.for('honeyhive-decorators.evaluation.background');

/** In the context too: the time an evaluator has is what the ones that it runs have, where nothing else is said. */
const TIME_LIMIT: unique symbol = Symbol.for('honeyhive-decorators.evaluation.time-limit');

interface OwnContext extends EvaluationContext {
  [BACKGROUND]?: boolean;
  [TIME_LIMIT]?: number;
}

/** One evaluation: bounded in time, normalised, and never rejecting, whatever `evaluate` does. */
export async function runEvaluator(
  evaluator: Evaluator,
  args: EvaluateArgs,
  evaluate: Evaluator['evaluate'] = (input, output, context) => evaluator.evaluate(input, output, context),
): Promise<EvaluationResult> {
  const start = performance.now();
  let outcome: Normalised;
  try {
    outcome = await attempt(evaluator, args, evaluate);
  } catch (thrown) {
    outcome = failed(thrown);
  }
  try {
    return finish(evaluator, outcome, performance.now() - start);
  } catch (thrown) {
    return { name: 'evaluator', kind: 'code', durationMs: performance.now() - start, ...failed(thrown) };
  }
}

async function attempt(evaluator: Evaluator, args: EvaluateArgs, evaluate: Evaluator['evaluate']): Promise<Normalised> {
  const { signal } = args;
  if (signal?.aborted) throw signal.reason;
  const options = evaluator[EVALUATOR];
  const waits = SETTLES_ON_ABORT in evaluator;
  const context: OwnContext = contextOf(args);
  const told = options.timeoutMs ?? args.timeoutMs ?? context[TIME_LIMIT];
  if (told !== undefined) context[TIME_LIMIT] = told;
  const timeoutMs = told ?? (waits ? undefined : DEFAULT_TIMEOUT_MS);
  if (args.background !== undefined) context[BACKGROUND] = args.background;
  const deadline = new Deadline({ timeoutMs, signal, background: context[BACKGROUND] === true });
  // Made when it is asked for: most evaluators answer at once and never look.
  Object.defineProperty(context, 'signal', { get: () => deadline.signal, enumerable: true, configurable: true });
  const returned = evaluate(args.input, args.output, context);
  if (!isThenable(returned)) return checked(options, normalise(evaluator.name, returned));
  try {
    deadline.start();
    return checked(options, normalise(evaluator.name, await (waits ? returned : deadline.race(returned))));
  } finally {
    deadline.clear();
  }
}

function contextOf(args: EvaluateArgs): EvaluationContext {
  const context = { ...args.context } as EvaluationContext;
  if (args.expected !== undefined) context.expected = args.expected;
  return context;
}

function checked(options: Readonly<EvaluatorOptions>, outcome: Normalised): Normalised {
  const { range } = options;
  if (!range || outcome.score === null || (outcome.score >= range[0] && outcome.score <= range[1])) return outcome;
  const message = `the score ${outcome.score} is outside ${range[0]} to ${range[1]}`;
  const { value: _value, passed: _passed, ...rest } = outcome;
  return { ...rest, status: 'error', score: null, feedback: message, error: { type: 'OutOfRange', message } };
}

function finish(evaluator: Evaluator, outcome: Normalised, durationMs: number): EvaluationResult {
  const options = evaluator[EVALUATOR];
  const result: EvaluationResult = { name: String(evaluator.name), kind: evaluator.kind, ...outcome, durationMs };
  if (options.version !== undefined) result.version = options.version;
  const threshold = options.threshold ?? outcome.threshold;
  if (threshold !== undefined) {
    result.threshold = threshold;
    // Decided here and not by a judge: models contradict themselves about scores and passing.
    if (outcome.score !== null) {
      result.passed = options.direction === 'minimize' ? outcome.score <= threshold : outcome.score >= threshold;
    }
  }
  if (result.score === null && result.status !== 'ok') delete result.passed;
  return result;
}

function failed(thrown: unknown): Normalised {
  const error = errorOf(thrown);
  return { status: statusOf(error.type), score: null, metrics: {}, feedback: error.message, error };
}

/** What a result says of something thrown. */
export function errorOf(thrown: unknown): { type: string; message: string } {
  const type = typeName(thrown);
  return { type, message: errorText(thrown) || type };
}

/** The message alone, also of errors from another realm (a vm context, a DOMException). */
function errorText(thrown: unknown): string {
  try {
    const message = (thrown as { message?: unknown } | null | undefined)?.message;
    if (typeof message === 'string') return message;
  } catch {
    // A hostile getter; messageOf knows what to say.
  }
  return messageOf(thrown);
}

function typeName(thrown: unknown): string {
  try {
    const name = (thrown as { name?: unknown } | null | undefined)?.name;
    return typeof name === 'string' && name !== '' ? name : 'Error';
  } catch {
    return 'Error';
  }
}
