import { type Context, context, isSpanContextValid, propagation, trace } from '@opentelemetry/api';
import { sessionUuid } from '../../base/ids.js';
import { activeSpanOf } from '../active.js';
import type { TracerCore } from '../core.js';
import { scopeOf, sessionOf, withScope } from '../scope.js';
import { readBaggage, writeBaggage } from './baggage.js';
import { readTraceparent, writeTraceparent } from './traceparent.js';
import { readTracestate } from './tracestate.js';

const SESSION_KEYS = ['session_id', 'honeyhive_session_id', 'honeyhive.session_id'];

/**
 * Puts the active trace and session of a tracer into `carrier`: `traceparent`, `tracestate` and `baggage` of the W3C
 * recommendations, with `session_id`, `project` and `source` in the baggage. Baggage that is there stays.
 */
export function injectInto(core: TracerCore, carrier: Record<string, string>): Record<string, string> {
  const at = context.active();
  const spanContext = (activeSpanOf(core, at) ?? trace.getSpan(at))?.spanContext();
  if (spanContext !== undefined && isSpanContextValid(spanContext)) {
    carrier.traceparent = writeTraceparent(spanContext);
    const state = spanContext.traceState?.serialize();
    if (state) carrier.tracestate = state;
  }
  const own: Record<string, string> = { session_id: sessionOf(core, scopeOf(at)).id, source: core.config.source };
  if (core.config.project !== undefined) own.project = core.config.project;
  const already = typeof carrier.baggage === 'string' ? readBaggage(carrier.baggage) : undefined;
  carrier.baggage = writeBaggage(own, propagation.getBaggage(at), already);
  return carrier;
}

/** The context of a request that came with these headers: its trace goes on, and so does its session. */
export function remoteContext(core: TracerCore, headers: object, at: Context): Context {
  let remote = at;
  const parents = headerValues(headers, 'traceparent');
  const parent = parents.length === 1 ? readTraceparent(parents[0] as string) : undefined;
  if (parent !== undefined) {
    const traceState = readTracestate(headerValues(headers, 'tracestate').join(','));
    remote = trace.setSpanContext(remote, traceState === undefined ? parent : { ...parent, traceState });
  } else if (parents.length > 0) remote = trace.deleteSpan(remote);

  const baggageHeader = headerValues(headers, 'baggage').join(',');
  if (baggageHeader === '') return remote;
  const baggage = readBaggage(baggageHeader);
  remote = propagation.setBaggage(remote, baggage);
  const session = SESSION_KEYS.map((key) => baggage.getEntry(key)?.value).find(
    (value) => value !== undefined && value !== '',
  );
  if (session === undefined) return withScope(remote, { core });
  // Whoever sent the request started the session.
  return withScope(remote, { core, session: { id: sessionUuid(session), autoCreate: () => !core.config.sessionApi } });
}

/** All values of a header, whatever the case of its name, as Node, fetch and frameworks hand them over. */
function headerValues(headers: object, name: string): string[] {
  const values: string[] = [];
  const entries: Iterable<readonly [unknown, unknown]> =
    typeof (headers as { entries?: unknown }).entries === 'function'
      ? (headers as unknown as Headers).entries()
      : Object.entries(headers);
  for (const [key, value] of entries) {
    if (String(key).toLowerCase() !== name) continue;
    for (const item of Array.isArray(value) ? value : [value]) if (typeof item === 'string') values.push(item);
  }
  return values;
}
