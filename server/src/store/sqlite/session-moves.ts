import { sessionOfTrace } from '../../wire/ids.js';
import type { Scope } from '../trace-store.js';
import { contributionOf } from './contribution.js';
import type { Removal } from './removal.js';
import type { SessionRows } from './session-rows.js';
import type { Statements } from './statements.js';

/** Spans that turn out to belong to another session, and sessions to another project. */
export class SessionMoves {
  readonly #statements: Statements;
  readonly #sessions: SessionRows;
  readonly #removal: Removal;
  readonly #seq: () => number;
  readonly #forgetSession: (session: number) => void;

  /** `forgetSession` takes out the row of a session that nothing belongs to any more. */
  constructor(
    statements: Statements,
    sessions: SessionRows,
    removal: Removal,
    seq: () => number,
    forgetSession: (session: number) => void,
  ) {
    this.#statements = statements;
    this.#sessions = sessions;
    this.#removal = removal;
    this.#seq = seq;
    this.#forgetSession = forgetSession;
  }

  /**
   * Spans that came before the one which names the session had to be put under their trace; now they join it. Where
   * none of them named a project, they take the session's.
   */
  joinTrace(scope: Scope, traceId: string, session: number, project: number): void {
    const row = this.#statements
      .get(
        `SELECT id FROM sessions WHERE session_id = ? AND made_from = 'trace' AND (project_id = ? OR (project_given = 0 AND ?))
        ORDER BY project_given DESC LIMIT 1`,
      )
      .get(sessionOfTrace(traceId), project, scope.project === undefined ? 1 : 0);
    if (!row || Number(row.id) === session) return;
    this.#sessions.flush(this.#seq());
    const from = Number(row.id);
    this.bringInto(project, from);
    for (const span of this.#statements.get('SELECT * FROM spans WHERE session_pk = ?').all(from))
      this.#sessions.count(session, contributionOf(span, 1));
    this.#statements
      .get('UPDATE spans SET session_pk = ?, seq = ? WHERE session_pk = ?')
      .run(session, this.#seq(), from);
    this.#sessions.absorb(from, session, this.#seq());
    this.#forgetSession(from);
  }

  /** All that belongs to a session comes into a project; what that has already, by the same ids, goes. */
  bringInto(project: number, session: number): void {
    if (this.#removal.going.first !== undefined) this.#makeRoom(project, session);
    this.#statements
      .get(
        'UPDATE OR IGNORE patches SET project_id = ? WHERE project_id != ? AND event_id IN (SELECT event_id FROM spans WHERE session_pk = ? AND event_id IS NOT NULL)',
      )
      .run(project, project, session);
    this.#statements
      .get('UPDATE OR IGNORE spans SET project_id = ? WHERE session_pk = ? AND project_id != ?')
      .run(project, session, project);
    const twice = this.#statements
      .get('SELECT * FROM spans WHERE session_pk = ? AND project_id != ?')
      .all(session, project);
    for (const span of twice) {
      this.#sessions.count(session, contributionOf(span, -1));
      this.#removal.dropSpan(span);
    }
    this.#statements.get('UPDATE sessions SET project_id = ?, project_given = 1 WHERE id = ?').run(project, session);
  }

  /** Spans of the same ids that are on their way out are not there already. */
  #makeRoom(project: number, session: number): void {
    const inTheWay = this.#statements
      .get(
        `SELECT o.* FROM spans x CROSS JOIN spans o ON o.project_id = ? AND o.trace_id = x.trace_id AND o.span_id = x.span_id
        WHERE x.session_pk = ? AND x.project_id != ?`,
      )
      .all(project, session, project);
    for (const span of inTheWay) if (this.#removal.going.has(Number(span.session_pk))) this.#removal.dropSpan(span);
  }

  /** A session that the last of its spans has left, unless somebody has said something of it. */
  leave(session: number): void {
    this.#sessions.flush(this.#seq());
    const row = this.#statements
      .get("SELECT 1 FROM sessions WHERE id = ? AND span_count = 0 AND made_from IN ('span', 'trace')")
      .get(session);
    if (row) this.#forgetSession(session);
  }
}
