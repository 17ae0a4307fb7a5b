import type { Budget } from './budget.js';
import type { Database, Row } from './driver.js';
import { hex } from './rows.js';

const MOST_CHILDREN = 1000;

/** Who called whom, trace by trace: each is read once for all its spans that one query asks about. */
export class Family {
  readonly #db: Database;
  readonly #budget: Budget;
  readonly #traces = new Map<string, Map<string, Row[]>>();

  constructor(db: Database, budget: Budget) {
    this.#db = db;
    this.#budget = budget;
  }

  /** The span's children in its own session, in start order. */
  childrenOf(span: Row): Row[] {
    const key = `${span.session_pk} ${span.project_id} ${hex(span.trace_id)}`;
    let children = this.#traces.get(key);
    if (children === undefined) {
      children = this.#read(span);
      this.#traces.set(key, children);
    }
    return children.get(hex(span.span_id)) ?? [];
  }

  #read(span: Row): Map<string, Row[]> {
    const children = new Map<string, Row[]>();
    const rows = this.#db
      .prepare(
        `SELECT trace_id, span_id, event_id, parent_span_id FROM spans
         WHERE project_id = ? AND trace_id = ? AND session_pk = ? AND parent_span_id IS NOT NULL ORDER BY start_ms, id`,
      )
      .iterate(Number(span.project_id), span.trace_id as Uint8Array, Number(span.session_pk));
    for (const row of rows) {
      this.#budget.tick();
      const parent = hex(row.parent_span_id);
      const siblings = children.get(parent);
      if (siblings === undefined) children.set(parent, [row]);
      else if (siblings.length < MOST_CHILDREN) siblings.push(row);
    }
    return children;
  }
}
