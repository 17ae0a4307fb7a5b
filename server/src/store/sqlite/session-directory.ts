import type { SpanFacts } from '../../wire/describe.js';
import type { Scope } from '../trace-store.js';
import type { Row } from './driver.js';
import { STAYS } from './going.js';
import { RecentMap } from './recent-map.js';
import type { Removal } from './removal.js';
import { SessionMoves } from './session-moves.js';
import type { SessionRows } from './session-rows.js';
import type { Statements } from './statements.js';

const DEFAULT_PROJECT = 'default';
const CACHE = 20_000;
const NOTHING_JOINED = { traceId: '', session: 0 };
/** Rows in `meta` that are there once a session was made that way: most files have none, and need not be searched. */
const MARKS = { trace: 'sessions_from_traces', update: 'sessions_from_updates' } as const;
type Marked = keyof typeof MARKS;
/** What made a session's row: its start over REST, a span that names it, one that names none, or an update. */
type MadeFrom = 'rest' | 'span' | Marked;

/** Which session and project a span, a start or an update belongs to; makes the rows that are not there yet. */
export class SessionDirectory {
  readonly #statements: Statements;
  readonly #sessions: SessionRows;
  readonly #removal: Removal;
  readonly #seq: () => number;
  readonly #moves: SessionMoves;
  readonly #projects = new Map<string, number>();
  readonly #sessionKeys = new RecentMap<string, number>(CACHE);
  readonly #sessionProjects = new RecentMap<number, number>(CACHE);
  readonly #traceSessions = new RecentMap<string, number>(CACHE);
  /** How sessions of this file were made. */
  readonly #marks = new Set<Marked>();
  /** The session found last; spans of one mostly come together. */
  #last: { stated: string | undefined; sessionId: string; session: number } | undefined;
  /** The trace seen last that has nothing left to join its session. */
  #joined = NOTHING_JOINED;
  /** Sessions whose foreign id is among their metadata already. */
  readonly #foreign = new Set<number>();

  constructor(statements: Statements, sessions: SessionRows, removal: Removal, seq: () => number) {
    this.#statements = statements;
    this.#sessions = sessions;
    this.#removal = removal;
    this.#seq = seq;
    this.#moves = new SessionMoves(statements, sessions, removal, seq, (session) => this.forgetSession(session));
    this.#readMarks();
  }

  #readMarks(): void {
    this.#marks.clear();
    for (const made of Object.keys(MARKS) as Marked[])
      if (this.#statements.get('SELECT 1 FROM meta WHERE key = ?').get(MARKS[made])) this.#marks.add(made);
  }

  #mark(made: Marked): void {
    if (this.#marks.has(made)) return;
    this.#marks.add(made);
    this.#statements.get('INSERT OR REPLACE INTO meta(key, value) VALUES(?, ?)').run(MARKS[made], '1');
  }

  /** Whether an update ever came before what it belongs to: else no span can have to take one over. */
  get anyFromUpdates(): boolean {
    return this.#marks.has('update');
  }

  /** After a rolled-back transaction nothing remembered is true any more. */
  forgetAll(): void {
    this.#projects.clear();
    this.#readMarks();
    this.forgetIds();
  }

  /** The row of a project, made where there is none yet. */
  projectId(name: string): number {
    let id = this.#projects.get(name);
    if (id === undefined) {
      id = Number(
        this.#statements.get('SELECT id FROM projects WHERE name = ?').get(name)?.id ??
          this.#statements.get('INSERT INTO projects(name) VALUES(?)').run(name).lastInsertRowid,
      );
      this.#projects.set(name, id);
    }
    return id;
  }

  projectOf(session: number): number {
    let project = this.#sessionProjects.get(session);
    if (project === undefined) {
      project = Number(this.#statements.get('SELECT project_id FROM sessions WHERE id = ?').get(session)?.project_id);
      this.#sessionProjects.set(session, project);
    }
    return project;
  }

  sessionFor(scope: Scope, traceId: string, facts: SpanFacts): number {
    const project = scope.project ?? facts.project;
    if (!facts.sessionGiven) return this.#sessionOfTrace(scope, traceId, facts, project);
    const session = this.ensure(scope, facts.sessionId, project, 'span', facts.startMs);
    if (facts.foreignSessionId !== undefined && !this.#foreign.has(session)) {
      if (this.#foreign.size >= CACHE) this.#foreign.clear();
      this.#foreign.add(session);
      this.#sessions.merge(session, { metadata: { session_id_given: facts.foreignSessionId } }, this.#seq());
    }
    // Only where some session was made from a trace can a span have to leave one.
    if (this.#marks.has('trace') && (this.#joined.traceId !== traceId || this.#joined.session !== session)) {
      this.#moves.joinTrace(scope, traceId, session, this.projectOf(session));
      this.#joined = { traceId, session };
    }
    return session;
  }

  /** Where the rest of the trace is; a session of its own where there is none yet. */
  #sessionOfTrace(scope: Scope, traceId: string, facts: SpanFacts, project: string | undefined): number {
    const key = `${scope.project ?? ''}\n${project ?? ''}\n${traceId}`;
    const known = this.#traceSessions.get(key);
    if (known !== undefined) return known;
    const sibling = this.#siblingOf(traceId, project === undefined ? undefined : this.projectId(project));
    const session = sibling
      ? Number(sibling.session_pk)
      : this.ensure(scope, facts.sessionId, project, 'trace', facts.startMs);
    this.#traceSessions.set(key, session);
    return session;
  }

  /** A span that names no project belongs to its trace, in whichever project that is. */
  #siblingOf(traceId: string, project: number | undefined): Row | undefined {
    const trace = Buffer.from(traceId, 'hex');
    return project === undefined
      ? this.#statements
          .get(
            `SELECT session_pk FROM spans WHERE project_id IN (SELECT id FROM projects) AND trace_id = ? AND ${STAYS('session_pk')} LIMIT 1`,
          )
          .get(trace)
      : this.#statements
          .get(`SELECT session_pk FROM spans WHERE project_id = ? AND trace_id = ? AND ${STAYS('session_pk')} LIMIT 1`)
          .get(project, trace);
  }

  /** The last span of a session may have left it. */
  leave(session: number): void {
    this.#moves.leave(session);
  }

  forgetSession(session: number): void {
    this.#removal.dropSession(session);
    this.forgetIds();
  }

  /** Row ids kept in memory are not true any more: a session was removed or moved. */
  forgetIds(): void {
    this.#last = undefined;
    this.#joined = NOTHING_JOINED;
    this.#sessionKeys.clear();
    this.#traceSessions.clear();
    this.#sessionProjects.clear();
    this.#foreign.clear();
  }

  /** The project a document of this caller belongs to. */
  projectFor(scope: Scope, given: string | undefined): number {
    return this.projectId(scope.project ?? given ?? DEFAULT_PROJECT);
  }

  /** The row of a session, made where there is none yet. */
  ensure(
    scope: Scope,
    sessionId: string,
    givenProject: string | undefined,
    madeFrom: MadeFrom,
    startMs: number | null,
  ): number {
    const stated = scope.project ?? givenProject;
    const last = this.#last;
    if (last !== undefined && last.sessionId === sessionId && last.stated === stated) return last.session;
    const key = `${stated ?? ''}\n${sessionId}`;
    let session = this.#sessionKeys.get(key);
    if (session === undefined) {
      session =
        this.find(sessionId, stated, scope.project !== undefined) ??
        this.#makeSession(sessionId, stated, madeFrom, startMs);
      this.#sessionKeys.set(key, session);
    }
    this.#last = { stated, sessionId, session };
    return session;
  }

  find(sessionId: string, stated: string | undefined, forced: boolean): number | undefined {
    if (stated === undefined) {
      const row = this.#statements
        .get('SELECT id FROM sessions WHERE session_id = ? ORDER BY project_given DESC, id LIMIT 1')
        .get(sessionId);
      return row ? Number(row.id) : undefined;
    }
    const project = this.projectId(stated);
    const row = this.#statements
      .get('SELECT id FROM sessions WHERE project_id = ? AND session_id = ?')
      .get(project, sessionId);
    if (row) return Number(row.id);
    if (forced) return undefined;
    // A session that was begun without a project joins the project that is named later.
    const open = this.#statements
      .get('SELECT id FROM sessions WHERE session_id = ? AND project_given = 0 LIMIT 1')
      .get(sessionId);
    if (!open) return undefined;
    const id = Number(open.id);
    this.#sessions.flush(this.#seq());
    this.#moves.bringInto(project, id);
    this.forgetIds();
    return id;
  }

  #makeSession(sessionId: string, stated: string | undefined, madeFrom: MadeFrom, startMs: number | null): number {
    const project = this.projectId(stated ?? DEFAULT_PROJECT);
    if (madeFrom === 'trace' || madeFrom === 'update') this.#mark(madeFrom);
    const metadata = madeFrom === 'trace' ? '{"session_source":"trace"}' : null;
    const session = this.#statements
      .get(
        // Never the row of one whose spans are still on their way out: they would be taken for its own.
        `INSERT INTO sessions(id, project_id, session_id, seq, project_given, made_from, start_ms, metadata, facets) VALUES(
          1 + max(ifnull((SELECT max(id) FROM sessions), 0), ifnull((SELECT max(session_pk) FROM spans), 0)), ?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(
        project,
        sessionId,
        this.#seq(),
        stated === undefined ? 0 : 1,
        madeFrom,
        startMs,
        metadata,
        metadata === null ? null : '{"metadata.session_source":"trace"}',
      ).lastInsertRowid;
    return session;
  }
}
