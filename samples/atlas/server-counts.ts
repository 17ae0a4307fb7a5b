import axios from 'axios';

/** What the local server says it holds. */
export interface ServerCounts {
  spans: number;
}

interface SessionRow {
  sessionId: string;
  spanCount: number;
  scores?: Record<string, { mean: number; count: number }>;
}

/** What this program made. */
export interface Made {
  sessions: ReadonlyMap<string, number>;
  spans: number;
  scores: readonly { name: string; count: number }[];
}

/** Counts of the whole database; undefined where the address is no local server. */
export async function serverCounts(url: string): Promise<ServerCounts | undefined> {
  const { data, status } = await axios.get(`${url}/api/stats`, { timeout: 10_000, validateStatus: () => true });
  return status === 200 && typeof data?.spans === 'number' ? { spans: data.spans } : undefined;
}

async function sessionRows(url: string, wanted: ReadonlySet<string>): Promise<Map<string, SessionRow>> {
  const found = new Map<string, SessionRow>();
  let cursor: string | null = null;
  do {
    const params: Record<string, unknown> = { limit: 200, ...(cursor ? { cursor } : {}) };
    const { data }: { data: { items: SessionRow[]; nextCursor: string | null } } = await axios.get(
      `${url}/api/sessions`,
      {
        params,
        timeout: 10_000,
      },
    );
    for (const row of data.items) if (wanted.has(row.sessionId)) found.set(row.sessionId, row);
    cursor = data.nextCursor;
  } while (cursor && found.size < wanted.size);
  return found;
}

/** Every difference between what was made and what the server has, as a sentence each; none is what we want. */
export async function differences(url: string, before: ServerCounts, made: Made): Promise<string[]> {
  const problems: string[] = [];
  const compare = (what: string, expected: number, actual: number) => {
    if (expected !== actual) problems.push(`${what}: ${expected} made, ${actual} on the server`);
  };
  const after = await serverCounts(url);
  if (!after) return [`${url}/api/stats does not answer`];
  compare('spans', made.spans, after.spans - before.spans);

  // By their ids: a tracer begins its session in the background, so that a count from before may hold it or not.
  const rows = await sessionRows(url, new Set(made.sessions.keys()));
  compare('sessions', made.sessions.size, rows.size);
  const scores = new Map<string, number>();
  for (const [sessionId, spans] of made.sessions) {
    const row = rows.get(sessionId);
    compare(`spans of session ${sessionId}`, spans, row?.spanCount ?? 0);
    for (const [name, { count }] of Object.entries(row?.scores ?? {}))
      scores.set(name, (scores.get(name) ?? 0) + count);
  }
  for (const { name, count } of made.scores) compare(`scores of ${name}`, count, scores.get(name) ?? 0);
  return problems;
}
