import type { AttributeValue, TimeInput } from '@opentelemetry/api';
import { cut, wellFormed } from '../attributes/text.js';
import type { TracerCore } from './core.js';

/** What an instrumentation may set: scalars and arrays of one kind (OpenTelemetry's attribute values), masked and cut. */
export function cleanAttribute(key: unknown, value: unknown, core: TracerCore): AttributeValue | undefined {
  if (typeof key !== 'string' || key === '') return undefined;
  const { limits, redactor } = core.capture;
  if (redactor.isSecretKey(key)) return redactor.replacement;
  const one = (item: unknown): string | number | boolean | null | undefined => {
    if (typeof item === 'string') return cut(redactor.text(wellFormed(item)), limits.valueLength);
    return typeof item === 'number' || typeof item === 'boolean' || item === null ? item : undefined;
  };
  if (!Array.isArray(value)) return one(value) ?? undefined;
  const items = value.map(one);
  return items.includes(undefined) ? undefined : (items as AttributeValue);
}

export function isTime(value: unknown): value is TimeInput {
  return (
    typeof value === 'number' ||
    value instanceof Date ||
    (Array.isArray(value) && value.length === 2 && typeof value[0] === 'number')
  );
}

/** OpenTelemetry's time inputs: Unix ms, a reading of performance.now(), a Date, or `[s, ns]`. What is none of these is now. */
export function toMs(time: TimeInput | null, now: number): number {
  if (time === null) return now;
  let ms: number;
  if (typeof time === 'number') ms = time <= performance.now() ? performance.timeOrigin + time : time;
  else if (time instanceof Date) ms = time.getTime();
  else ms = time[0] * 1_000 + time[1] / 1_000_000;
  return Number.isFinite(ms) ? ms : now;
}

/** What a caller without types gave for a name. */
export function nameText(given: unknown): string {
  try {
    return String(given);
  } catch {
    return 'unnamed';
  }
}
