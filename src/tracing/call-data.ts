import { type AttributeScalar, captureLater } from '../attributes/capture.js';
import { captureLeaf, flatten } from '../attributes/flatten.js';
import { INPUTS, RESULT } from '../attributes/keys.js';
import { messageOf } from '../base/errors.js';
import { quietly } from '../base/quietly.js';
import { isThenable } from '../base/thenable.js';
import type { SpanPlan } from './plan.js';
import type { RecordedSpan } from './recorded-span.js';

/**
 * What a span shows of a call's arguments. Where the user's own summary is promised, gives what is to be done when the
 * call is over before it is there.
 */
export function captureInputs(span: RecordedSpan, plan: SpanPlan, args: readonly unknown[]): (() => void) | undefined {
  try {
    const { captureInputs: summarise } = plan.options;
    if (summarise !== undefined) return describeInputs(span, summarise, args);
    const { names, rest, defaults } = plan.argNames();
    const { capture } = span.core;
    const least = plan.leastInputs();
    const count = Math.max(args.length, least);
    for (let index = 0; index < count; index++) {
      const name = names[index] ?? `arg${index}`;
      const isRest = index === rest;
      let value = isRest ? args.slice(index) : args[index];
      if (value === undefined && defaults.has(index)) value = defaults.get(index);
      if (value === undefined || (isRest && (value as unknown[]).length === 0)) continue;
      const hidden = plan.sensitive(name, index);
      const captured =
        hidden === true ? capture.redactor.replacement || '[REDACTED]' : captureLater(value, name, capture, hidden);
      if (captured !== undefined) span.put(plan.inputKey(index), captured);
      if (isRest) break;
    }
  } catch {
    // A value that cannot be described must not cost the call that it belongs to.
  }
  return undefined;
}

/** What a span shows of a call's result. */
export function captureOutput(span: RecordedSpan, plan: SpanPlan, output: unknown): void {
  try {
    const { captureOutput: summarise } = plan.options;
    if (summarise === undefined) putFlat(span, RESULT, output);
    else describeOutput(span, summarise, output);
  } catch {
    // As above.
  }
}

/** Puts a value on the span: a scalar under `prefix`, the leaves of an object below it. */
export function putFlat(span: RecordedSpan, prefix: string, value: unknown): void {
  if (value === undefined || value === null) return;
  if (typeof value !== 'object') {
    const scalar = captureLeaf(value, prefix, span.core.capture);
    if (scalar !== undefined) {
      span.put(prefix, scalar);
      return;
    }
  }
  const { written, leftOut } = flatten(prefix, value, span.core.capture);
  span.droppedAttributesCount += leftOut;
  for (let i = 0; i < written.length; i += 2) span.put(written[i] as string, written[i + 1] as AttributeScalar);
}

/** The user's own summary: an object under `honeyhive_inputs`, anything else as its `value`. */
function describeInputs(
  span: RecordedSpan,
  summarise: (args: unknown[]) => unknown,
  args: readonly unknown[],
): (() => void) | undefined {
  const put = (summary: unknown): void => {
    const nested = typeof summary === 'object' && summary !== null && !Array.isArray(summary);
    putFlat(span, nested ? INPUTS : INPUT, summary);
  };
  const failed = (thrown: unknown): void => span.put(INPUT, failureText(span, thrown));
  try {
    const summary = summarise([...args]);
    if (!isThenable(summary)) {
      put(summary);
      return undefined;
    }
    let isOver = false;
    const once = (tell: (what: unknown) => void) => (what: unknown) => {
      if (!isOver) quietly(() => tell(what));
      isOver = true;
    };
    summary.then(once(put), once(failed));
    return once(() => span.put(INPUT, promisedText('captureInputs'))) as () => void;
  } catch (thrown) {
    failed(thrown);
    return undefined;
  }
}

/** The span is about to leave: what is promised comes too late. */
function describeOutput(span: RecordedSpan, summarise: (output: never) => unknown, output: unknown): void {
  try {
    const summary = summarise(output as never);
    if (!isThenable(summary)) {
      putFlat(span, RESULT, summary);
      return;
    }
    quietly(() => summary);
    span.put(RESULT, promisedText('captureOutput'));
  } catch (thrown) {
    span.put(RESULT, failureText(span, thrown));
  }
}

const INPUT = `${INPUTS}.value`;

function failureText(span: RecordedSpan, thrown: unknown): string {
  return `[Throws: ${span.core.capture.redactor.text(messageOf(thrown))}]`;
}

function promisedText(option: string): string {
  return `[${option} must return a value, not a promise]`;
}
