import { type EventPatch, mergePatch } from '../../wire/event-patch.js';
import type { EventChange } from '../trace-store.js';
import { parseMap } from './session-rows.js';
import type { Statements } from './statements.js';

/** What was added to spans' events over REST, by event id: it outlives every version of the span. */
export class Patches {
  readonly #statements: Statements;

  constructor(statements: Statements) {
    this.#statements = statements;
  }

  get(project: number, eventId: string): EventPatch | undefined {
    const body = this.#statements
      .get('SELECT body FROM patches WHERE project_id = ? AND event_id = ?')
      .get(project, eventId)?.body;
    return body === undefined ? undefined : (parseMap(body) as EventPatch);
  }

  add(project: number, eventId: string, change: Omit<EventChange, 'eventId'>): EventPatch {
    const patch = mergePatch(this.get(project, eventId) ?? {}, change);
    this.#statements
      .get(
        'INSERT INTO patches(project_id, event_id, body) VALUES(?, ?, ?) ON CONFLICT(project_id, event_id) DO UPDATE SET body = excluded.body',
      )
      .run(project, eventId, JSON.stringify(patch));
    return patch;
  }

  /** A span that was known under an id made for it says its own. */
  rename(project: number, from: string, to: string): void {
    this.#statements
      .get('UPDATE OR IGNORE patches SET event_id = ? WHERE project_id = ? AND event_id = ?')
      .run(to, project, from);
  }
}
