/**
 * What an error says of the file. `full`: nothing can be written for now; `failing`: the same, and the connection that
 * met it is of no use any more; `damaged`: what is in it is not what was written.
 */
export type Trouble = 'full' | 'failing' | 'damaged';

/**
 * By codes as far as there are some: node:sqlite has one for all, so that SQLite's own words have to do. The last two are
 * what the text index says when its own tables are cut off.
 */
const SIGNS: readonly (readonly [Trouble, RegExp])[] = [
  ['failing', /SQLITE_IOERR|\bEIO\b|disk I\/O error/],
  ['full', /SQLITE_(FULL|READONLY|CANTOPEN)|disk is full|readonly database|unable to open database file/],
  [
    'damaged',
    /SQLITE_(CORRUPT|NOTADB)|malformed|not a database|file is encrypted|vtable constructor failed|invalid fts5 file/i,
  ],
];

/** Undefined where the error says nothing of the file: its cause is in what was asked. */
export function classify(error: unknown): Trouble | undefined {
  const { code, message } = error as { code?: unknown; message?: unknown };
  const said = `${code} ${message}`;
  return SIGNS.find(([, sign]) => sign.test(said))?.[0];
}
