import type { EventPage, EventsAsked, Scope, TraceStore } from '../store/trace-store.js';
import type { HoneyHiveEvent } from '../wire/honeyhive-event.js';

/**
 * All events that are found, newest first. Together they may be larger than one answer of the store, or memory: whoever
 * asks keeps of each page what it needs.
 */
export async function* eventPages(
  store: TraceStore,
  scope: Scope,
  asked: EventsAsked,
  signal?: AbortSignal,
): AsyncGenerator<EventPage> {
  let cursor: string | undefined;
  do {
    const page = await store.pageEvents(scope, asked, cursor, signal);
    yield page;
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
}

/** The latest `most` events, each as `keep` leaves it. */
export async function latestEvents(
  store: TraceStore,
  scope: Scope,
  asked: EventsAsked,
  most: number,
  keep: (event: HoneyHiveEvent) => HoneyHiveEvent,
  signal?: AbortSignal,
): Promise<HoneyHiveEvent[]> {
  const events: HoneyHiveEvent[] = [];
  for await (const page of eventPages(store, scope, asked, signal)) {
    events.push(...page.events.slice(0, most - events.length).map(keep));
    if (events.length >= most) break;
  }
  return events;
}
