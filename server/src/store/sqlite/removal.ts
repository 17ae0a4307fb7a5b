import type { Database, Row, Statement } from './driver.js';
import type { Going } from './going.js';
import type { RemovalNotes } from './removal-notes.js';
import type { ResourceRows } from './resource-rows.js';
import type { TextIndex } from './text-index.js';

/** Spans removed in one transaction: short enough that ingest hardly waits. */
export const REMOVE_AT_ONCE = 1000;

/** Takes sessions out of the file, payload, search index and shared texts included. */
export class Removal {
  readonly #texts: TextIndex;
  readonly #spans: Statement;
  readonly #dropPayload: Statement;
  readonly #dropSpan: Statement;
  readonly #lessBlob: Statement;
  readonly #dropBlob: Statement;
  readonly #dropSession: Statement;
  readonly #dropPatch: Statement;
  readonly #resources: ResourceRows;
  readonly #notes: RemovalNotes;
  readonly going: Going;

  constructor(db: Database, texts: TextIndex, resources: ResourceRows, notes: RemovalNotes, going: Going) {
    this.#texts = texts;
    this.#resources = resources;
    this.#notes = notes;
    this.going = going;
    this.#spans = db.prepare(
      'SELECT id, project_id, event_id, resource_id FROM spans WHERE session_pk = ? ORDER BY start_ms, id LIMIT ?',
    );
    this.#dropPayload = db.prepare('DELETE FROM payloads WHERE span_pk = ? RETURNING refs');
    this.#dropSpan = db.prepare('DELETE FROM spans WHERE id = ?');
    this.#lessBlob = db.prepare('UPDATE blobs SET refs = refs - 1 WHERE id = ?');
    this.#dropBlob = db.prepare('DELETE FROM blobs WHERE id = ? AND refs <= 0');
    this.#dropSession = db.prepare('DELETE FROM sessions WHERE id = ?');
    this.#dropPatch = db.prepare('DELETE FROM patches WHERE project_id = ? AND event_id = ?');
  }

  /** Takes a session out of sight: its row goes, and with it all that its spans are found by until `step` took them too. */
  begin(session: number): void {
    this.dropSession(session);
    this.going.add(session);
  }

  /** Removes some of the spans of a session that `begin` took out of sight, at most `REMOVE_AT_ONCE`. */
  step(session: number): { spans: number; done: boolean } {
    const rows = this.#spans.all(session, REMOVE_AT_ONCE);
    for (const row of rows) this.dropSpan(row);
    this.#resources.flush();
    const done = rows.length < REMOVE_AT_ONCE;
    if (done) this.going.delete(session);
    return { spans: rows.length, done };
  }

  /** With its payload, its text, what was added to its event, and its part in what spans share. */
  dropSpan(row: Row): void {
    const id = Number(row.id);
    this.dropPayload(id);
    this.#texts.remove(id);
    this.#dropSpan.run(id);
    if (row.event_id !== null) this.#dropPatch.run(Number(row.project_id), row.event_id as string);
    if (row.resource_id !== null) this.#resources.count(Number(row.resource_id), -1);
  }

  /** The row of a session, whose spans are not its any more. */
  dropSession(session: number): void {
    this.#notes.add(session);
    if (this.#dropSession.run(session).changes > 0) this.#texts.remove(-session);
  }

  dropPayload(span: number): void {
    const row = this.#dropPayload.get(span);
    if (typeof row?.refs !== 'string') return;
    for (const blob of JSON.parse(row.refs) as number[]) {
      this.#lessBlob.run(blob);
      this.#dropBlob.run(blob);
    }
  }
}
