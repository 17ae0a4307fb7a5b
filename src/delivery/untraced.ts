import { type Context, context, createContextKey, ROOT_CONTEXT } from '@opentelemetry/api';

/** As `suppressTracing` of @opentelemetry/core marks a context; made late, since making it loads the API. */
let key: symbol | undefined;
const suppressKey = (): symbol => {
  key ??= createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING');
  return key;
};

/** Runs what sends a request of this package's: it is no part of the user's trace, whoever instruments HTTP. */
export function untraced<T>(send: () => T): T {
  return context.with(ROOT_CONTEXT.setValue(suppressKey(), true), send);
}

/** Whether nothing may be traced here: an exporter's own requests, or what the program excepts. */
export function isSuppressed(at: Context): boolean {
  return at.getValue(suppressKey()) === true;
}
