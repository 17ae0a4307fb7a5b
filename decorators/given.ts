import { Deadline } from '../evaluators/deadline.js';
import { errorOf } from '../evaluators/run.js';
import { isThenable } from '../src/base/thenable.js';
import { warn } from '../src/base/warn.js';

/** What is there, or was promised. A value may itself be a promise of the program's, which is not waited for. */
type Asked = { readonly value: unknown } | { readonly promise: Promise<unknown> };

/** What functions of the user's gave or promised, by the option they were given as. */
export type Given<K extends string> = Readonly<Record<K, Asked>>;

/** What `make` gives, whatever it is. */
export function take(make: () => unknown): Asked {
  try {
    return { value: make() };
  } catch (thrown) {
    return promised(Promise.reject(thrown));
  }
}

/** Asks a function of the user's, and waits later for what it promises. */
export function ask(make: () => unknown, keep: (value: unknown) => unknown = (value) => value): Asked {
  const answer = take(make);
  if ('promise' in answer) return answer;
  const { value } = answer;
  return isThenable(value) ? promised(Promise.resolve(value).then(keep)) : take(() => keep(value));
}

/** What was thrown is like a promise that rejects; neither counts as unhandled until somebody asks, which may be never. */
function promised(promise: Promise<unknown>): Asked {
  promise.catch(() => undefined);
  return { promise };
}

/** Waits for what was promised, for at most `timeoutMs`. Rejects with an error that names the option which failed. */
export async function settled<K extends string>(given: Given<K>, timeoutMs: number): Promise<Record<K, unknown>> {
  const entries = Object.entries<Asked>(given);
  const values: Record<string, unknown> = {};
  const waits = entries.some(([, asked]) => 'promise' in asked);
  const deadline = waits ? new Deadline({ timeoutMs, signal: undefined, background: true }) : undefined;
  deadline?.start();
  try {
    await Promise.all(
      entries.map(async ([what, asked]) => {
        try {
          values[what] = 'value' in asked ? asked.value : await deadline?.race(asked.promise);
        } catch (thrown) {
          const failure = failureOf(what, thrown);
          // A reference that fails is none: what an evaluator without one does is its own affair.
          if (what !== 'expected') throw failure;
        }
      }),
    );
    return values as Record<K, unknown>;
  } finally {
    deadline?.clear();
  }
}

/** Says once a minute what went wrong in a function of the user's. */
export function failureOf(what: string, thrown: unknown): Error {
  const { type, message } = errorOf(thrown);
  const text = `the function given as ${what} failed: ${message}`;
  warn(`evaluate:${what}`, `@Evaluate: ${text}`);
  return Object.assign(new Error(text), { name: type });
}
