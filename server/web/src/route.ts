/** What the page's address says: `/`, `/?q=…`, `/sessions/<sessionId>?span=<spanId>`. */
export type Route =
  | { readonly page: 'sessions'; readonly q: string }
  | {
      readonly page: 'session';
      readonly sessionId: string;
      readonly spanId: string | null;
      readonly traceId: string | null;
    }
  | { readonly page: 'unknown'; readonly path: string };

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

export function parseRoute(pathname: string, search: string): Route {
  const params = new URLSearchParams(search);
  const session = /^\/sessions\/([^/]+)\/?$/.exec(pathname)?.[1];
  if (session) {
    return { page: 'session', sessionId: decoded(session), spanId: params.get('span'), traceId: params.get('trace') };
  }
  if (/^\/(sessions\/?|index\.html)?$/.test(pathname)) return { page: 'sessions', q: params.get('q') ?? '' };
  return { page: 'unknown', path: pathname };
}

export function sessionsPath(q = ''): string {
  return q ? `/?${new URLSearchParams({ q })}` : '/';
}

/** `traceId` is only named where the session has the same span id in several traces. */
export function sessionPath(sessionId: string, spanId?: string | null, traceId?: string | null): string {
  const params = new URLSearchParams();
  if (spanId) params.set('span', spanId);
  if (spanId && traceId) params.set('trace', traceId);
  const search = params.toString();
  return `/sessions/${encodeURIComponent(sessionId)}${search && `?${search}`}`;
}
