import type { Filter } from '../query/ast.js';
import type { RunEvents } from '../runs/measured.js';
import type { EventSearch, Scope, StoredDocument, TraceStore } from '../store/trace-store.js';
import type { HoneyHiveEvent } from '../wire/honeyhive-event.js';
import { canonicalId } from '../wire/ids.js';
import type { TimeRange } from './query-values.js';

const EVENTS_PAGE = 5000;
const IDS_AT_ONCE = 50;
const EVERYTHING: Filter = { kind: 'all', items: [] };

/**
 * The events of the sessions that name the run, and of those that the run names, in whichever projects the caller may
 * see; with what the asker wants counted of them.
 */
export async function runEvents(
  store: TraceStore,
  scope: Scope,
  run: StoredDocument,
  filter: Filter | undefined,
  range: TimeRange,
): Promise<RunEvents> {
  const own = { run: run.id };
  const all = await found(store, scope, { ...own, filter: EVERYTHING });
  const named = sessionsNamed(run, all);
  for (const sessions of named) all.push(...(await found(store, scope, { filter: sessions })));
  const within = (event: HoneyHiveEvent): boolean => event.start_time >= range.from && event.start_time <= range.to;
  if (filter === undefined) return { all, counted: all.filter(within) };
  const counted = await found(store, scope, { ...own, filter });
  for (const sessions of named)
    counted.push(...(await found(store, scope, { filter: { kind: 'all', items: [sessions, filter] } })));
  return { all, counted: counted.filter(within) };
}

/** Filters for sessions that the run lists and that do not name it themselves. */
function sessionsNamed({ body }: StoredDocument, events: HoneyHiveEvent[]): Filter[] {
  const known = new Set(events.map((event) => event.session_id));
  const ids = [body.event_ids, body.session_ids]
    .flatMap((list) => (Array.isArray(list) ? list : []))
    .filter((id): id is string => typeof id === 'string')
    .map(canonicalId)
    .filter((id) => !known.has(id));
  const filters: Filter[] = [];
  for (let at = 0; at < ids.length; at += IDS_AT_ONCE)
    filters.push({
      kind: 'any',
      items: [...new Set(ids.slice(at, at + IDS_AT_ONCE))].map((value) => ({
        kind: 'compare',
        field: 'session_id',
        operator: '=',
        value,
      })),
    });
  return filters;
}

async function found(
  store: TraceStore,
  scope: Scope,
  search: Pick<EventSearch, 'filter' | 'run'>,
): Promise<HoneyHiveEvent[]> {
  const events: HoneyHiveEvent[] = [];
  for (let page = 1; ; page++) {
    const { events: more } = await store.searchEvents(scope, { ...search, limit: EVENTS_PAGE, page });
    events.push(...more);
    if (more.length < EVENTS_PAGE) return events;
  }
}
