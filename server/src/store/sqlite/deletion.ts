import { canonicalId } from '../../wire/ids.js';
import type { Scope } from '../trace-store.js';
import type { Database } from './driver.js';
import type { Writer } from './writer.js';

/** The connection there is now: it is made anew after an I/O error. */
export type Connection = () => { db: Database; writer: Writer };

/** A session that somebody wants gone: out of sight with the first small transaction, and its spans follow in others. */
export class Deletion {
  readonly #connection: Connection;
  readonly #scope: Scope;
  readonly #id: string;
  /** Rows that are left to empty; the same id may be in several projects. */
  #sessions: number[] | undefined;
  readonly report = { spans: 0 };

  constructor(connection: Connection, scope: Scope, id: string) {
    this.#connection = connection;
    this.#scope = scope;
    this.#id = canonicalId(id);
  }

  /** One transaction's worth; false when nothing is left to do. */
  step(): boolean {
    const { db, writer } = this.#connection();
    const sessions = this.#sessions ?? this.#find(db);
    const [session] = sessions;
    if (session === undefined) return false;
    writer.begin();
    try {
      if (this.#sessions === undefined) for (const one of sessions) this.#begin(db, writer, one);
      const { done } = writer.removal.step(session);
      writer.forgetIds();
      writer.commit();
      this.#sessions = done ? sessions.slice(1) : sessions;
    } catch (error) {
      writer.rollback();
      throw error;
    }
    return this.#sessions.length > 0;
  }

  #find(db: Database): number[] {
    const project = this.#scope.project ?? null;
    return db
      .prepare(
        'SELECT s.id AS id FROM sessions s JOIN projects p ON p.id = s.project_id WHERE s.session_id = ? AND (? IS NULL OR p.name = ?)',
      )
      .all(this.#id, project, project)
      .map((row) => Number(row.id));
  }

  /** Counted now: one of its spans that is sent again meanwhile begins a session of its own. */
  #begin(db: Database, writer: Writer, session: number): void {
    this.report.spans += Number(db.prepare('SELECT count(*) AS n FROM spans WHERE session_pk = ?').get(session)?.n);
    writer.removal.begin(session);
  }
}
