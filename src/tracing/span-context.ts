import { type Context, ROOT_CONTEXT, type Span, trace } from '@opentelemetry/api';

/** The key under which the API keeps the active span; known before there is any context of ours. */
let spanKey: symbol | undefined;

/**
 * A context with another active span. The API's own contexts copy all their entries for each new one; this one holds
 * the span beside whatever else is in the context, so that a traced call costs one small object.
 */
class SpanContextNode implements Context {
  readonly span: unknown;
  /** Everything but the span. */
  readonly rest: Context;

  constructor(span: unknown, rest: Context) {
    this.span = span;
    this.rest = rest;
  }

  getValue(key: symbol): unknown {
    if (key === spanKey) return this.span;
    return this.rest === ROOT_CONTEXT ? undefined : this.rest.getValue(key);
  }

  setValue(key: symbol, value: unknown): Context {
    return key === spanKey
      ? new SpanContextNode(value, this.rest)
      : new SpanContextNode(this.span, this.rest.setValue(key, value));
  }

  deleteValue(key: symbol): Context {
    return key === spanKey ? this.rest : new SpanContextNode(this.span, this.rest.deleteValue(key));
  }
}

/** `at` with `span` as the active one. */
export function contextWith(at: Context, span: Span): Context {
  spanKey ??= keyOfSpan();
  return new SpanContextNode(span, at instanceof SpanContextNode ? at.rest : at);
}

/** Asked of the API itself, which does not export it; late, since asking loads the API. */
function keyOfSpan(): symbol {
  let found: symbol | undefined;
  const probe: Context = {
    getValue: () => undefined,
    setValue(key) {
      found = key;
      return probe;
    },
    deleteValue: () => probe,
  };
  trace.setSpan(probe, trace.wrapSpanContext({ traceId: '', spanId: '', traceFlags: 0 }));
  return found ?? Symbol.for('OpenTelemetry Context Key SPAN');
}
