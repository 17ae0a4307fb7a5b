import { HoneyHiveError } from '../src/base/errors.js';
import { type BaseEvaluator, isEvaluator, isEvaluatorClass } from './base.js';
import { defineEvaluator, type EvaluatorFunction } from './define.js';
import { getEvaluator } from './registry.js';
import { snakeName } from './snake-name.js';

// `any` lets a function in a list be written without types for its parameters; `unknown` would forbid to use them.
// biome-ignore lint/suspicious/noExplicitAny: see above
type Any = any;

/** An evaluator, the name of a registered one, or a function. */
export type EvaluatorLike = BaseEvaluator<Any, Any, Any> | string | EvaluatorFunction<Any, Any, Any>;

const made = new WeakMap<object, BaseEvaluator>();

/** Throws a HoneyHiveError of code `evaluator` for a name nobody registered and for what is no evaluator. */
export function resolveEvaluator(like: EvaluatorLike): BaseEvaluator {
  if (isEvaluator(like)) return like;
  if (typeof like === 'string') return getEvaluator(like);
  if (typeof like === 'function') return fromFunction(like);
  throw new HoneyHiveError(
    'evaluator',
    `not an evaluator: ${typeof like}. Give an evaluator, a function or a registered name.`,
  );
}

/** The same, but never throwing: what cannot be found or made is an evaluator that fails, and costs nobody else's score. */
export function resolveOrFailing(like: EvaluatorLike, told?: (thrown: unknown) => void): BaseEvaluator {
  try {
    return resolveEvaluator(like);
  } catch (thrown) {
    told?.(thrown);
    return defineEvaluator(nameOf(like), () => {
      throw thrown;
    });
  }
}

function nameOf(like: unknown): string {
  if (isEvaluatorClass(like)) return snakeName((like as { readonly name: string }).name);
  const name: unknown = typeof like === 'string' ? like : (like as { readonly name?: unknown } | null)?.name;
  return typeof name === 'string' && name.trim() !== '' ? name : 'evaluator';
}

/** One evaluator per function or class, however often it is resolved. */
function fromFunction(fn: EvaluatorFunction): BaseEvaluator {
  const before = made.get(fn);
  if (before) return before;
  const evaluator = isEvaluatorClass(fn) ? new fn() : defineEvaluator(fn.name || 'evaluator', fn);
  made.set(fn, evaluator);
  return evaluator;
}
