import { type CaptureContext, createCapture } from '../../src/attributes/capture';
import { type FlatAttributes, flattenInto } from '../../src/attributes/flatten';
import { DEFAULT_LIMITS, type Limits } from '../../src/attributes/limits';
import type { RedactOptions } from '../../src/attributes/redact';

export function capture(redact?: RedactOptions | false, limits?: Partial<Limits>): CaptureContext {
  return createCapture({ ...DEFAULT_LIMITS, ...limits }, redact);
}

export function flatten(value: unknown, prefix = 'p', context: CaptureContext = capture()): Record<string, unknown> {
  const target = Object.create(null) as FlatAttributes;
  flattenInto(target, prefix, value, context);
  return { ...target };
}

export function isWellFormed(text: string): boolean {
  return (text as unknown as { isWellFormed(): boolean }).isWellFormed();
}
