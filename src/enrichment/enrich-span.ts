import { context, type Span, trace } from '@opentelemetry/api';
import { type CaptureContext, createCapture } from '../attributes/capture.js';
import { EVENT_ID } from '../attributes/keys.js';
import { DEFAULT_LIMITS } from '../attributes/limits.js';
import { messageOf } from '../base/errors.js';
import { shared } from '../base/slot.js';
import { debug } from '../base/warn.js';
import { activeCore, activeRecordedSpan, activeSpanOf } from '../tracing/active.js';
import { asRecordedSpan } from '../tracing/as-recorded.js';
import { defaultCore, type TracerCore } from '../tracing/core.js';
import type { RecordedSpan } from '../tracing/recorded-span.js';
import { attributesOf, type RoutedData, routeSpanData, type SpanData, updateOf } from './route.js';

/** That data was put on a span. Can be used in `if` and in `using`; disposing it does nothing. */
export interface SpanEnrichment extends Disposable {
  readonly span: Span;
}

/**
 * Puts data on the active span, as it is at this moment. One argument: reserved names (`metadata`, `metrics`,
 * `feedback`, `inputs`, `outputs`, `config`, `userProperties`, `error`, `eventId`, `attributes`) go where they belong,
 * the rest becomes metadata. Two arguments: the first is all metadata.
 *
 * Gives undefined where no span is active; never throws.
 *
 * @example
 * enrichSpan({ customerTier: 'gold', metrics: { documents: 3 } });
 */
export function enrichSpan(data: SpanData | object, more?: SpanData | object): SpanEnrichment | undefined {
  return enrichActive(undefined, data, more);
}

/** The same for the spans of one tracer. */
export function enrichSpanOf(core: TracerCore, data: unknown, more?: unknown): SpanEnrichment | undefined {
  return enrichActive(core, data, more);
}

function enrichActive(core: TracerCore | undefined, data: unknown, more: unknown): SpanEnrichment | undefined {
  try {
    const routed = routeSpanData(data, more);
    const span = target(core);
    const foreign = span === undefined ? foreignSpan(core) : undefined;
    const active = span ?? foreign;
    if (updatesOtherEvent(routed, active)) {
      updateEvent(core ?? span?.core ?? activeCore(context.active()) ?? defaultCore(), routed);
      return active === undefined ? undefined : enrichment(active);
    }
    if (span !== undefined) return enrichRecorded(span, routed);
    return foreign === undefined ? nothingActive() : enrichForeign(core, foreign, routed);
  } catch (thrown) {
    debug(`enrichSpan: the data could not be read (${messageOf(thrown)}), it went nowhere`);
    return undefined;
  }
}

function target(core: TracerCore | undefined): RecordedSpan | undefined {
  const at = context.active();
  const span = core === undefined ? activeRecordedSpan(at) : activeSpanOf(core, at);
  return span === undefined || span.ended ? undefined : span;
}

/** The active span may come from an instrumentation with another provider; it takes attributes all the same. */
function foreignSpan(core: TracerCore | undefined): Span | undefined {
  const span = trace.getActiveSpan();
  if (span?.isRecording() !== true) return undefined;
  // What another tracer of this package recorded is not for this one to write on.
  return core === undefined || asRecordedSpan(span) === undefined ? span : undefined;
}

/** An id other than the span's own names another event. */
function updatesOtherEvent(routed: RoutedData, span: Span | undefined): boolean {
  if (routed.eventId === undefined) return false;
  const own = (span as { attributes?: Readonly<Record<string, unknown>> } | undefined)?.attributes?.[EVENT_ID];
  return span === undefined || (own !== undefined && own !== routed.eventId);
}

function updateEvent(core: TracerCore | undefined, routed: RoutedData): void {
  if (core?.recording !== true || routed.eventId === undefined) {
    debug('enrichSpan: an event was named, but there is no tracer to tell it to');
    return;
  }
  void core.events.updateEvent(routed.eventId, updateOf(routed, core.capture));
}

function enrichRecorded(span: RecordedSpan, routed: RoutedData): SpanEnrichment {
  const { flat, leftOut, stamps } = attributesOf(routed, span.core.capture);
  span.droppedAttributesCount += leftOut;
  for (const key in flat) span.put(key, flat[key] as string);
  for (const key in stamps) span.stamp(key, stamps[key] as string);
  return enrichment(span);
}

function enrichForeign(core: TracerCore | undefined, span: Span, routed: RoutedData): SpanEnrichment {
  const { flat, stamps } = attributesOf(routed, (core ?? defaultCore())?.capture ?? fallbackCapture());
  // Its SDK may have limits too, which leave out what comes last.
  for (const key in stamps) span.setAttribute(key, stamps[key] as string);
  for (const key in flat) {
    const value = flat[key];
    if (value !== undefined) span.setAttribute(key, typeof value === 'bigint' ? value.toString() : value);
  }
  return enrichment(span);
}

function nothingActive(): undefined {
  debug('enrichSpan: no span is active here, the data went nowhere');
  return undefined;
}

function enrichment(span: Span): SpanEnrichment {
  return { span: asRecordedSpan(span) ?? span, [Symbol.dispose]: () => undefined };
}

const fallbackCapture = (): CaptureContext =>
  shared('fallback-capture', () => createCapture(DEFAULT_LIMITS, undefined));
