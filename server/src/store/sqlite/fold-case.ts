import type { Database } from './driver.js';

/** Text as it is compared: in small letters, of which Greek has two forms for one. */
export function foldCase(text: string): string {
  const small = text.toLowerCase();
  return small.includes('ς') ? small.replaceAll('ς', 'σ') : small;
}

/** SQLite's own `lower()` knows the letters of ASCII only; `hh_fold()` knows all, and takes some five times as long. */
export function defineFoldCase(db: Database): void {
  db.define('hh_fold', (value) => (typeof value === 'string' ? foldCase(value) : value));
}

/**
 * A condition on a text in small letters, which `test` writes down. What is compared with ASCII needs no more than
 * `lower()`; anything else only texts that hold more than ASCII.
 */
export function foldedSql(text: () => string, wanted: string, test: (small: string) => string): string {
  if (/^[\0-\x7f]*$/.test(wanted)) return `ifnull(${test(`lower(${text()})`)}, 0)`;
  return `ifnull(octet_length(${text()}) > length(${text()}) AND ${test(`hh_fold(${text()})`)}, 0)`;
}
