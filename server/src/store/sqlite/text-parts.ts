import type { Database } from './driver.js';

/**
 * The texts of so many spans in a row share one FTS5 table. Merging cannot stop inside the list of one word's places,
 * which in one table for all grew with the file: with a million spans writing stood still for 40 ms again and again.
 * Now it stops after some 5 ms, however large the file is, and a part whose spans are gone is dropped as a whole.
 */
export const SPANS_PER_PART = 65_536;

/** Texts of sessions (under minus their row) and, in files that began as schema 1, of all spans. */
export const COMMON_TEXTS = 'search';
/** Row in `meta`: texts of spans before this row are in `COMMON_TEXTS`. */
export const PARTS_FROM = 'text_parts_from';

export const partOf = (span: number): number => Math.floor(span / SPANS_PER_PART);
export const tableOf = (part: number): string => `texts_${part}`;

/** The FTS5 tables that hold texts of spans. */
export function textTables(db: Database): string[] {
  return [COMMON_TEXTS, ...partsOf(db).map(tableOf)];
}

export function partsOf(db: Database): number[] {
  return db
    .prepare('SELECT id FROM text_parts ORDER BY id')
    .all()
    .map((row) => Number(row.id));
}
