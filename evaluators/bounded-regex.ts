import { load } from '../src/base/load.js';

/** Longest text that is matched, in UTF-16 code units. */
export const MAX_REGEX_INPUT = 1_000_000;
/** A pattern that needs longer than this is running away. */
const TIME_LIMIT_MS = 1_000;

type Work = 'pattern.test(text)' | "text.replace(pattern, '')";

let bounded: ((work: Work, pattern: RegExp, text: string) => unknown) | undefined;

/**
 * `pattern.test(text)`, stopped after a second: a pattern that backtracks exponentially would otherwise block the
 * whole process. Throws an error named `TimeoutError` then, and a RangeError for a text that is too long.
 */
export function testBounded(pattern: RegExp, text: string): boolean {
  return run('pattern.test(text)', pattern, text) === true;
}

/** `text` without what the pattern finds, everywhere; bounded as {@link testBounded} is. */
export function removeBounded(pattern: RegExp, text: string): string {
  return String(run("text.replace(pattern, '')", new RegExp(pattern, `${pattern.flags.replace(/[gy]/g, '')}g`), text));
}

function run(work: Work, pattern: RegExp, text: string): unknown {
  if (text.length > MAX_REGEX_INPUT) {
    throw new RangeError(`a text of ${text.length} characters is too long for a pattern, at most ${MAX_REGEX_INPUT}`);
  }
  bounded ??= makeBounded();
  return bounded(work, pattern, text);
}

/** Only the time limit of `node:vm` can interrupt a regular expression. One context serves all calls. */
function makeBounded(): (work: Work, pattern: RegExp, text: string) => unknown {
  const vm = load<typeof import('node:vm')>('node:vm');
  const sandbox: { pattern?: RegExp; text?: string } = {};
  const context = vm.createContext(sandbox);
  const scripts = {
    'pattern.test(text)': new vm.Script('pattern.test(text)'),
    "text.replace(pattern, '')": new vm.Script("text.replace(pattern, '')"),
  };
  return (work, pattern, text) => {
    sandbox.pattern = pattern;
    sandbox.text = text;
    try {
      return scripts[work].runInContext(context, { timeout: TIME_LIMIT_MS });
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
      throw Object.assign(new Error(`the pattern found no end within ${TIME_LIMIT_MS} ms`), { name: 'TimeoutError' });
    } finally {
      delete sandbox.pattern;
      delete sandbox.text;
    }
  };
}
