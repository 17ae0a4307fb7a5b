import { load } from '../src/base/load.js';

/** Longest text that is matched, in UTF-16 code units. */
export const MAX_REGEX_INPUT = 1_000_000;
/** A pattern that needs longer than this is running away. */
const TIME_LIMIT_MS = 1_000;

let bounded: ((pattern: RegExp, text: string) => boolean) | undefined;

/**
 * `pattern.test(text)`, stopped after a second: a pattern that backtracks exponentially would otherwise block the
 * whole process. Throws an error named `TimeoutError` then, and a RangeError for a text that is too long.
 */
export function testBounded(pattern: RegExp, text: string): boolean {
  if (text.length > MAX_REGEX_INPUT) {
    throw new RangeError(
      `the output has ${text.length} characters, more than the ${MAX_REGEX_INPUT} a pattern is tried on`,
    );
  }
  bounded ??= makeBounded();
  return bounded(pattern, text);
}

/** Only the time limit of `node:vm` can interrupt a regular expression. One context serves all calls. */
function makeBounded(): (pattern: RegExp, text: string) => boolean {
  const vm = load<typeof import('node:vm')>('node:vm');
  const sandbox: { pattern?: RegExp; text?: string } = {};
  const context = vm.createContext(sandbox);
  const script = new vm.Script('pattern.test(text)');
  return (pattern, text) => {
    sandbox.pattern = pattern;
    sandbox.text = text;
    try {
      return script.runInContext(context, { timeout: TIME_LIMIT_MS }) === true;
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
      throw Object.assign(new Error(`the pattern found no end within ${TIME_LIMIT_MS} ms`), { name: 'TimeoutError' });
    } finally {
      delete sandbox.pattern;
      delete sandbox.text;
    }
  };
}
