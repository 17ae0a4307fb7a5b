import { numberOf } from '../http/number-of.js';
import { pruneLimits } from '../http/prune-limits.js';
import { listOptions } from '../http/query-routes.js';
import { SqliteStore } from '../store/sqlite/sqlite-store.js';
import { objectBody } from '../wire/rest-bodies.js';
import { importParts, readSessionFile, sessionLines } from '../wire/session-file.js';
import { CliError } from './errors.js';
import { FileReader } from './file-reader.js';
import type { Source } from './source.js';

/** The server's own answers, straight from a file that is only read. */
export function readingSource(file: string): Source {
  const reader = new FileReader(file);
  const reading = reader.reading();
  const get = (path: string): unknown => {
    const url = new URL(path, 'http://localhost');
    const query = Object.fromEntries(url.searchParams);
    const [, , what, id] = url.pathname.split('/');
    if (what === 'stats') return reading.stats();
    if (what === 'sessions' && id === undefined) return reading.listSessions(listOptions(query));
    if (what === 'sessions' && id !== undefined) {
      const limit = numberOf(query.limit, 'limit', 1, 10_000);
      const found = reading.getSession(decodeURIComponent(id), {
        ...(limit === undefined ? {} : { limit }),
        ...(query.cursor === undefined ? {} : { cursor: query.cursor }),
      });
      return found ?? nowhere();
    }
    return needsServer();
  };
  return {
    name: file,
    url: undefined,
    get: async (path) => get(path),
    post: async () => needsServer(),
    lines: (sessionId) => sessionLines(reading, {}, sessionId),
    follow: async () => needsServer(),
    import: async () => needsServer(),
    close: async () => reader.close(),
  };
}

/** A file that no server has open, to be changed. What only a server may mend it refuses before it changes anything. */
export async function writingSource(file: string, say: (notice: string) => void): Promise<Source> {
  const reader = new FileReader(file);
  try {
    reader.refuseDamaged();
  } finally {
    reader.close();
  }
  const store = await SqliteStore.open({ file, onNotice: say });
  return {
    name: file,
    url: undefined,
    get: async () => needsServer(),
    post: async (path, body) => {
      if (path === '/api/prune') return store.prune(pruneLimits(objectBody(body)));
      return path === '/api/compact' ? store.compact() : needsServer();
    },
    lines: () => needsServer(),
    follow: async () => needsServer(),
    import: (text) => importParts(store, {}, readSessionFile(text)),
    close: () => store.close(),
  };
}

function needsServer(): never {
  throw new CliError('this needs a running server: give --url');
}

function nowhere(): never {
  throw new CliError('there is no session with this id', 'not_found');
}
