import { type Baggage, type Context, context, isSpanContextValid, propagation, trace } from '@opentelemetry/api';
import { sessionUuid } from '../../base/ids.js';
import { activeSpanOf } from '../active.js';
import type { TracerCore } from '../core.js';
import { scopeOf, scopeSession, withScope } from '../scope.js';
import { PROTOCOL_BAGGAGE } from '../stamp.js';
import { readBaggage, writeBaggage } from './baggage.js';
import { readTraceparent, writeTraceparent } from './traceparent.js';
import { readTracestate } from './tracestate.js';

type Role = 'session' | 'project' | 'source';

const keysOf = (role: Role): string[] => Object.keys(PROTOCOL_BAGGAGE).filter((key) => PROTOCOL_BAGGAGE[key] === role);
const KEYS = { session: keysOf('session'), project: keysOf('project'), source: keysOf('source') };
const OURS = Object.values(KEYS).flat();

/**
 * Puts the active trace and session of a tracer into `carrier`: `traceparent`, `tracestate` and `baggage` of the W3C
 * recommendations, with `session_id`, `project` and `source` in the baggage, as a span that started here would carry
 * them: the context's, which may come from a caller, then the tracer's. Other baggage that is there stays.
 */
export function injectInto(core: TracerCore, carrier: Record<string, string>): Record<string, string> {
  const at = context.active();
  const spanContext = (activeSpanOf(core, at) ?? trace.getSpan(at))?.spanContext();
  if (spanContext !== undefined && isSpanContextValid(spanContext)) {
    carrier.traceparent = writeTraceparent(spanContext);
    const state = spanContext.traceState?.serialize();
    if (state) carrier.tracestate = state;
  }
  const baggage = propagation.getBaggage(at);
  const project = named(baggage, 'project') ?? core.config.project;
  const own: Record<string, string> = {
    session_id: activeSessionId(core, at),
    source: named(baggage, 'source') ?? core.config.source,
    ...(project === undefined ? {} : { project }),
  };
  const already = typeof carrier.baggage === 'string' ? readBaggage(carrier.baggage) : undefined;
  // Another spelling of what has just been said could only contradict it.
  carrier.baggage = writeBaggage(own, baggage?.removeEntries(...OURS), already?.removeEntries(...OURS));
  return carrier;
}

/** The session that a span carries which starts here: its scope's, a caller's, else the tracer's own. */
export function activeSessionId(core: TracerCore, at: Context): string {
  return scopeSession(core, scopeOf(at))?.id ?? named(propagation.getBaggage(at), 'session') ?? core.session.id;
}

/** What the baggage says of a session, a project or a source, in whatever spelling; the last one counts, as on spans. */
function named(baggage: Baggage | undefined, role: Role): string | undefined {
  let value: string | undefined;
  for (const [key, entry] of baggage?.getAllEntries() ?? []) {
    if (KEYS[role].includes(key) && entry.value !== '') value = entry.value;
  }
  return value;
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
  const session = KEYS.session
    .map((key) => baggage.getEntry(key)?.value)
    .find((value) => value !== undefined && value !== '');
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
