import type { Limits } from './limits.js';
import { createRedactor, type RedactOptions, type Redactor } from './redact.js';

/** What every capture of a tracer goes by. */
export interface CaptureContext {
  readonly limits: Limits;
  readonly redactor: Redactor;
}

export function createCapture(limits: Limits, redact: RedactOptions | false | undefined): CaptureContext {
  return { limits, redactor: createRedactor(redact) };
}
