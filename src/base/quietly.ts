import { isThenable } from './thenable.js';

/**
 * Runs code of the user's whose failure is not the program's: neither what it throws nor what it rejects with gets out.
 * `failed` is told of either.
 */
export function quietly(run: () => unknown, failed: (error: unknown) => void = () => undefined): void {
  try {
    const result = run();
    if (isThenable(result)) result.then(undefined, failed);
  } catch (error) {
    failed(error);
  }
}
