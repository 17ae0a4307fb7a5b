import type { Filter } from '../../query/ast.js';
import type { Target } from '../../query/fields.js';
import type { Scope } from '../trace-store.js';
import { type Compiled, compile } from './compile.js';
import type { Database, SqlValue } from './driver.js';
import { STAYS } from './going.js';
import { textTables } from './text-parts.js';

/** What a query asks of the rows of `spans x` or `sessions s`: that they are in scope, and what its filter says. */
export function whereOf(
  db: Database,
  scope: Scope,
  filter: Filter | undefined,
  target: Target,
  project?: string,
): Compiled {
  const alias = target === 'session' ? 's' : 'x';
  // Rows that a filter leaves out are seen by SQL only; all others pass through code that looks at the time itself.
  const parts: string[] = filter ? [`hh_tick(${alias}.id)`] : ['1'];
  if (target === 'span') parts.push(STAYS('x.session_pk'));
  const values: SqlValue[] = [];
  const only = scope.project ?? project;
  if (only !== undefined) {
    parts.push(`${alias}.project_id = (SELECT id FROM projects WHERE name = ?)`);
    values.push(only);
  }
  if (filter) {
    const compiled = compile(filter, target, textTables(db));
    parts.push(compiled.sql);
    values.push(...compiled.values);
  }
  return { sql: parts.join(' AND '), values };
}
