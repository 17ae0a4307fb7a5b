import type { CaptureContext } from './context.js';
import { INACTIVE, type Redactor } from './redact.js';
import { pathsBelow } from './sensitive-paths.js';
import { cut, wellFormed } from './text.js';
import { type Rendered, Walk, type WalkOptions } from './walk.js';

export { type CaptureContext, createCapture } from './context.js';

/** What one attribute holds; a bigint only where it fits 64 bits and is no safe integer. */
export type AttributeScalar = string | number | boolean | bigint;

/**
 * One attribute's value: a scalar as it is, an object or a list as one JSON text within `limits.valueLength`;
 * undefined for null and undefined. A `name` that is a secret's masks the whole value; `sensitive` are further paths
 * below the value.
 */
export function captureValue(
  value: unknown,
  name: string,
  capture: CaptureContext,
  sensitive?: readonly string[],
): AttributeScalar | undefined {
  const captured = captureLater(value, name, capture, sensitive);
  return captured instanceof JsonText ? captured.text() : captured;
}

/** An object or a list as it was when it was captured, masked and bounded; written as JSON when somebody needs the text. */
export class JsonText {
  /** Characters of the text, about. */
  readonly size: number;
  readonly #rendered: Rendered;
  readonly #max: number;

  constructor(rendered: Rendered, size: number, max: number) {
    this.#rendered = rendered;
    this.size = size;
    this.#max = max;
  }

  text(): string {
    return jsonWithin(this.#rendered, this.#max);
  }
}

/** The same as {@link captureValue}, with the JSON of an object still to be written. */
export function captureLater(
  value: unknown,
  name: string,
  capture: CaptureContext,
  sensitive?: readonly string[],
): AttributeScalar | JsonText | undefined {
  if (value === undefined || value === null) return undefined;
  const { redactor, limits } = capture;
  if (redactor.active && redactor.isSecretKey(name)) return redactor.replacement;
  const paths = sensitive === undefined || sensitive.length === 0 ? undefined : pathsBelow(name, sensitive);
  if (paths?.has('') === true) return redactor.replacement;
  const budget = Math.min(limits.valueLength, limits.spanBytes);
  if (redactor.hook === undefined) {
    const scalar = plainScalar(value, redactor, budget);
    if (scalar !== undefined) return scalar;
  }
  const walk = new Walk(capture, name, { budget, bigints: typeof value === 'bigint', sensitive: paths });
  const rendered = walk.render(value);
  if (rendered === undefined || rendered === null) return undefined;
  return typeof rendered === 'object' ? new JsonText(rendered, budget - walk.left, budget) : rendered;
}

/** Scalars within `room` as they leave the process, without a walk; undefined for everything that needs one. */
export function plainScalar(value: unknown, redactor: Redactor, room: number): string | number | boolean | undefined {
  switch (typeof value) {
    case 'number':
      return Number.isFinite(value) ? value : String(value);
    case 'boolean':
      return value;
    case 'string': {
      if (value.length > room) return undefined;
      const text = redactor.active ? redactor.text(wellFormed(value)) : wellFormed(value);
      return text.length > room ? undefined : text;
    }
    default:
      return undefined;
  }
}

/** `rendered` as JSON of at most `max` characters. Escapes can make it longer than planned: then it is cut again. */
function jsonWithin(rendered: Rendered, max: number): string {
  let text = JSON.stringify(rendered);
  let budget = max;
  for (let i = 0; i < 6 && text.length > max; i += 1) {
    budget = Math.floor(budget * Math.min(0.9, (max / text.length) * 0.95)) - 16;
    const limits = {
      attributesPerSpan: 1,
      valueLength: Math.max(0, budget),
      depth: 256,
      spanBytes: max,
      queueBytes: max,
    };
    const options: WalkOptions = { budget: Math.max(0, budget) };
    text = JSON.stringify(new Walk({ limits, redactor: INACTIVE }, '', options).render(rendered)) ?? 'null';
  }
  return text.length > max ? cut(text, max) : text;
}
