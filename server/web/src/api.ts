import { accessKey } from './access-key.js';
import type { Page } from './merge.js';
import { fieldsOf, listOf, textOf, textOrNull } from './read.js';
import { readSession, type Session } from './session.js';
import { readThinSpan, readWholeSpan, type ThinSpan, type WholeSpan } from './span.js';

/** `gone`: nobody answered. `key`: the server wants a key. `missing`: no such thing. `refused`: every other answer. */
export type ApiErrorKind = 'gone' | 'key' | 'missing' | 'refused';

export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly kind: ApiErrorKind;

  constructor(kind: ApiErrorKind, message: string) {
    super(message);
    this.kind = kind;
  }
}

export function asApiError(cause: unknown): ApiError {
  return cause instanceof ApiError
    ? cause
    : new ApiError('refused', cause instanceof Error ? cause.message : String(cause));
}

export function isAbort(cause: unknown): boolean {
  return cause instanceof DOMException && cause.name === 'AbortError';
}

const kindOf = (status: number): ApiErrorKind =>
  status === 401 || status === 403 ? 'key' : status === 404 ? 'missing' : 'refused';

async function refusal(response: Response): Promise<ApiError> {
  const body: unknown = await response.json().catch(() => null);
  const { error, message } = fieldsOf(body);
  if (fieldsOf(error).code === 'too_many_tries') return new ApiError('key', textOf(fieldsOf(error).message));
  const said = textOf(fieldsOf(error).message) || textOf(error) || textOf(message);
  return new ApiError(kindOf(response.status), said || `The server answered ${response.status}.`);
}

/** Every request of the page goes through here: same origin, the key if one was given, refusals as errors. */
export async function request(
  path: string,
  signal: AbortSignal | undefined,
  accept = 'application/json',
): Promise<Response> {
  const key = accessKey.get();
  const headers = { accept, ...(key ? { authorization: `Bearer ${key}` } : {}) };
  let response: Response;
  try {
    response = await fetch(path, { headers, cache: 'no-store', ...(signal ? { signal } : {}) });
  } catch (cause) {
    if (isAbort(cause)) throw cause;
    throw new ApiError('gone', 'The server does not answer.');
  }
  if (!response.ok) throw await refusal(response);
  return response;
}

async function getJson(path: string, signal?: AbortSignal): Promise<unknown> {
  const response = await request(path, signal);
  try {
    return await response.json();
  } catch (cause) {
    if (isAbort(cause)) throw cause;
    throw new ApiError('gone', 'The answer broke off.');
  }
}

function query(values: Record<string, string | number | null | undefined>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(values))
    if (value !== null && value !== undefined && value !== '') search.set(name, String(value));
  const text = search.toString();
  return text && `?${text}`;
}

export interface ListSessions {
  readonly q: string;
  readonly limit: number;
  readonly cursor?: string | null;
}

/** One page of sessions, newest first. */
export async function getSessions(list: ListSessions, signal?: AbortSignal): Promise<Page> {
  const raw = fieldsOf(await getJson(`/api/sessions${query({ ...list })}`, signal));
  return { items: listOf(raw.items).map(readSession), nextCursor: textOrNull(raw.nextCursor) };
}

export interface SessionPage {
  readonly session: Session;
  readonly spans: readonly ThinSpan[];
  readonly nextCursor: string | null;
}

/** A session and one page of its spans, in start order. */
export async function getSession(
  sessionId: string,
  cursor: string | null,
  signal?: AbortSignal,
  limit?: number,
): Promise<SessionPage> {
  const path = `/api/sessions/${encodeURIComponent(sessionId)}${query({ cursor, limit })}`;
  const raw = fieldsOf(await getJson(path, signal));
  return {
    session: readSession(raw.session),
    spans: listOf(raw.spans).map(readThinSpan),
    nextCursor: textOrNull(raw.nextCursor),
  };
}

export async function getSpan(traceId: string, spanId: string, signal?: AbortSignal): Promise<WholeSpan> {
  return readWholeSpan(
    await getJson(`/api/spans/${encodeURIComponent(traceId)}/${encodeURIComponent(spanId)}`, signal),
  );
}
