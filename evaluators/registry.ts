import { ConfigError, HoneyHiveError } from '../src/base/errors.js';
import { shared } from '../src/base/slot.js';
import { type BaseEvaluator, isEvaluator, isEvaluatorClass } from './base.js';
import { builtIns } from './built-ins.js';
import { defineEvaluator, type EvaluatorFunction } from './define.js';
import { snakeName } from './snake-name.js';

/** What can be registered: a class that needs no arguments, an evaluator, or a function. */
// biome-ignore lint/suspicious/noExplicitAny: as in `defineEvaluator`, parameters of an inline function need no types
export type Registrable = (new () => BaseEvaluator) | BaseEvaluator | EvaluatorFunction<any, any, any>;

const registered = (): Map<string, () => BaseEvaluator> =>
  shared('evaluators', () => new Map<string, () => BaseEvaluator>());

/**
 * Makes an evaluator known by name; a later one of the same name replaces it.
 * A class is constructed when it is first asked for. Throws a ConfigError for what is no evaluator.
 */
export function registerEvaluator(name: string, evaluator: Registrable): void {
  if (typeof name !== 'string' || name.trim() === '') {
    throw new ConfigError('registerEvaluator', [{ field: 'name', given: name, allowed: 'a text that is not empty' }]);
  }
  registered().set(name, maker(name, evaluator));
}

/** The evaluator of that name. Throws a HoneyHiveError of code `evaluator` that lists the known names. */
export function getEvaluator(name: string): BaseEvaluator {
  const make = registered().get(name) ?? builtIn(name);
  if (make) return make();
  throw new HoneyHiveError('evaluator', `no evaluator "${name}". Known: ${evaluatorNames().join(', ')}.`);
}

/** Every name `getEvaluator` knows, sorted. */
export function evaluatorNames(): string[] {
  return [...new Set([...builtIns.keys(), ...registered().keys()])].sort();
}

/** Built-ins answer to their name and to their class's name. */
function builtIn(name: string): (() => BaseEvaluator) | undefined {
  return builtIns.get(name) ?? (/Evaluator$/.test(name) ? builtIns.get(snakeName(name)) : undefined);
}

function maker(name: string, evaluator: Registrable): () => BaseEvaluator {
  if (isEvaluator(evaluator)) return () => evaluator;
  if (isEvaluatorClass(evaluator)) {
    let made: BaseEvaluator | undefined;
    return () => (made ??= new evaluator());
  }
  if (typeof evaluator === 'function') {
    const made = defineEvaluator(name, evaluator as EvaluatorFunction);
    return () => made;
  }
  throw new ConfigError('registerEvaluator', [
    { field: 'evaluator', given: evaluator, allowed: 'an evaluator, its class, or a function' },
  ]);
}
