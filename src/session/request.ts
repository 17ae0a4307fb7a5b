import { isUuid } from '../base/ids.js';
import type { OutgoingRequest } from '../delivery/contract.js';
import { mergeInto } from './body.js';
import type { SessionClient } from './client.js';
import { emptyObject, isJsonObject, type JsonObject } from './json.js';
import type { Lane } from './lane.js';

let lastGiven = '';
let lastId = '';

/** An id as it is compared and sent: a UUID in lower case. Every span that ends asks, nearly always for the same one. */
export function idOf(id: string): string {
  if (id !== lastGiven) {
    lastId = isUuid(id) ? id.toLowerCase() : id;
    lastGiven = id;
  }
  return lastId;
}

/** The text of a `PUT /events`. */
export function updateText(id: string, body: JsonObject): string {
  const whole = emptyObject();
  whole.event_id = id;
  for (const name of Object.keys(body)) {
    const value = body[name];
    if (value !== undefined && !(isJsonObject(value) && Object.keys(value).length === 0)) whole[name] = value;
  }
  return JSON.stringify(whole);
}

/** What is left of a lane, as requests that a stranger could send: its start, then all its updates as one. */
export function unsentOf(lane: Lane, client: SessionClient): OutgoingRequest[] {
  const requests: OutgoingRequest[] = [];
  const headers = { ...client.headers };
  if (lane.start !== undefined) {
    const body = Buffer.from(JSON.stringify(lane.start.body));
    requests.push({ kind: 'session', method: 'POST', url: client.startUrl, headers, body, items: 0 });
  }
  if (lane.updates.length > 0) {
    const merged = emptyObject();
    let items = 0;
    for (const work of lane.updates) {
      mergeInto(merged, work.body);
      items += work.calls;
    }
    const body = Buffer.from(updateText(lane.id, merged));
    requests.push({ kind: 'enrichment', method: 'PUT', url: client.eventsUrl, headers, body, items });
  }
  return requests;
}
