import { type Filter, QueryError } from '../query/ast.js';
import type { EventPair } from '../runs/compare-runs.js';
import type { RunEvents } from '../runs/measured.js';
import type { EventsAsked, Scope, StoredDocument, TraceStore } from '../store/trace-store.js';
import type { HoneyHiveEvent } from '../wire/honeyhive-event.js';
import { canonicalId } from '../wire/ids.js';
import { latestEvents } from './event-pages.js';
import type { TimeRange } from './query-values.js';

/** What is put together in memory for one answer. */
const MOST_CHARACTERS = 64_000_000;
const IDS_AT_ONCE = 50;
const EVERYTHING: Filter = { kind: 'all', items: [] };

/**
 * The events of the sessions that name the run, and of those that the run names, in whichever projects the caller may
 * see; with what the asker wants counted of them. `keep` says what is needed of each, since all of them are in memory
 * at once.
 */
export async function runEvents(
  store: TraceStore,
  scope: Scope,
  run: StoredDocument,
  { filter, range }: { filter: Filter | undefined; range: TimeRange },
  keep: (event: HoneyHiveEvent) => HoneyHiveEvent,
): Promise<RunEvents> {
  const found = (asked: EventsAsked): Promise<HoneyHiveEvent[]> =>
    latestEvents(store, scope, asked, Number.POSITIVE_INFINITY, keep);
  const own = { run: run.id };
  const all = await found({ ...own, filter: EVERYTHING });
  const named = sessionsNamed(run, all);
  for (const sessions of named) all.push(...(await found({ filter: sessions })));
  const within = (event: HoneyHiveEvent): boolean => event.start_time >= range.from && event.start_time <= range.to;
  if (filter === undefined) return { all, counted: all.filter(within) };
  const counted = await found({ ...own, filter });
  for (const sessions of named) counted.push(...(await found({ filter: { kind: 'all', items: [sessions, filter] } })));
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

/** Pairs with all there is of their events; of those that were removed meanwhile, what is known of them. */
export async function wholePairs(store: TraceStore, scope: Scope, pairs: readonly EventPair[]): Promise<EventPair[]> {
  const whole = async (event: HoneyHiveEvent): Promise<HoneyHiveEvent> =>
    // The same id may be given in several projects.
    (await store.getEvent({ project: scope.project ?? event.project }, event.event_id)) ?? event;
  const shown: EventPair[] = [];
  let characters = 0;
  for (const pair of pairs) {
    const [event_1, event_2] = await Promise.all([whole(pair.event_1), whole(pair.event_2)]);
    shown.push({ ...pair, event_1, event_2 });
    characters += JSON.stringify(event_1).length + JSON.stringify(event_2).length;
    if (characters > MOST_CHARACTERS)
      throw new QueryError('these events are too large to be answered together; ask for fewer with limit');
  }
  return shown;
}
