import type { CaptureContext } from './context.js';
import { Walk } from './walk.js';

export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };

/**
 * A plain, masked, bounded copy that JSON can carry: what sessions, logs and evaluators keep of a value. Undefined
 * where there is nothing. `path` is what `redact.hook` is told.
 */
export function snapshot(value: unknown, capture: CaptureContext, path = ''): JsonValue | undefined {
  if (value === undefined) return undefined;
  const { redactor, limits } = capture;
  if (redactor.active && path !== '' && value !== null && redactor.isSecretKey(path.slice(path.lastIndexOf('.') + 1))) {
    return redactor.replacement;
  }
  return new Walk(capture, path, { budget: limits.spanBytes, bytes: true }).render(value) as JsonValue | undefined;
}
