import { load } from '../src/base/load.js';

/** Work that needs longer than this is running away. */
const TIME_LIMIT_MS = 1_000;

let runner: (<T>(work: () => T, what: string) => T) | undefined;

/**
 * What `work` returns, stopped after a second: a regular expression that backtracks exponentially would otherwise
 * block the whole process. Throws an error named `TimeoutError` then; `what` is its subject.
 */
export function bounded<T>(work: () => T, what: string): T {
  runner ??= makeRunner();
  return runner(work, what);
}

/** Only the time limit of `node:vm` can interrupt a regular expression. One context serves all calls. */
function makeRunner(): <T>(work: () => T, what: string) => T {
  const vm = load<typeof import('node:vm')>('node:vm');
  const sandbox: { work?: () => unknown } = {};
  const context = vm.createContext(sandbox);
  const script = new vm.Script('work()');
  return <T>(work: () => T, what: string): T => {
    sandbox.work = work;
    try {
      return script.runInContext(context, { timeout: TIME_LIMIT_MS }) as T;
    } catch (error) {
      if ((error as { code?: unknown } | null)?.code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
      throw Object.assign(new Error(`${what} found no end within ${TIME_LIMIT_MS} ms`), { name: 'TimeoutError' });
    } finally {
      delete sandbox.work;
    }
  };
}
