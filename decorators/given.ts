import { Deadline } from '../evaluators/deadline.js';
import { errorOf } from '../evaluators/run.js';
import { isThenable } from '../src/base/thenable.js';
import { warn } from '../src/base/warn.js';

/** What functions of the user's gave or promised, by the option they were given as. */
export type Given<K extends string> = Readonly<Record<K, unknown>>;

/**
 * Asks a function of the user's. What it throws is like a promise that rejects; neither counts as unhandled until
 * somebody asks for it, which may be never.
 */
export function ask(make: () => unknown, keep: (value: unknown) => unknown = (value) => value): unknown {
  let answer: unknown;
  try {
    answer = make();
    if (!isThenable(answer)) return keep(answer);
  } catch (thrown) {
    answer = Promise.reject(thrown);
  }
  const promise = Promise.resolve(answer).then(keep);
  promise.catch(() => undefined);
  return promise;
}

/** Waits for what was promised, for at most `timeoutMs`. Rejects with an error that names the option which failed. */
export async function settled<K extends string>(given: Given<K>, timeoutMs: number): Promise<Given<K>> {
  if (!Object.values(given).some(isThenable)) return given;
  const deadline = new Deadline({ timeoutMs, signal: undefined, background: true });
  deadline.start();
  try {
    const entries = Object.entries(given).map(async ([what, value]) => {
      try {
        return [what, isThenable(value) ? await deadline.race(value) : value];
      } catch (thrown) {
        const failure = failureOf(what, thrown);
        // A reference that fails is none: what an evaluator without one does is its own affair.
        if (what === 'expected') return [what, undefined];
        throw failure;
      }
    });
    return Object.fromEntries(await Promise.all(entries)) as Given<K>;
  } finally {
    deadline.clear();
  }
}

/** Says once a minute what went wrong in a function of the user's. */
export function failureOf(what: string, thrown: unknown): Error {
  const { type, message } = errorOf(thrown);
  const text = `the function given as ${what} failed: ${message}`;
  warn(`evaluate:${what}`, `@Evaluate: ${text}`);
  return Object.assign(new Error(text), { name: type });
}
