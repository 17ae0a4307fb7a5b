import { isRetryable, retryDelayMs } from '../../src/delivery/retry.js';
import { JudgeError } from './error.js';
import { isLoopback, withoutSecrets } from './secret.js';

/** Where and how to post. */
export interface Endpoint {
  readonly baseUrl: string;
  readonly apiKey: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  /** Wall clock over all attempts, in ms. */
  readonly timeoutMs: number;
  readonly maxRetries: number;
  readonly maxResponseBytes: number;
  readonly allowInsecure: boolean;
}

/** An answer that ends the attempts: success, or an error that another try would not change. */
export interface Posted {
  readonly status: number;
  /** The parsed body; undefined where it is no JSON. */
  readonly body: unknown;
}

type Attempt =
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly text: string;
      readonly retryAfter: string | undefined;
      readonly retryAfterMs: string | undefined;
    }
  | { readonly kind: 'broken'; readonly code: string };

/**
 * Posts JSON and retries on network errors, 408, 429 and 5xx, as Retry-After says, within the wall clock. Rejects with
 * a JudgeError or the signal's reason; neither holds the request, so the key cannot leak with it.
 */
export async function post(endpoint: Endpoint, path: string, body: unknown, signal?: AbortSignal): Promise<Posted> {
  const url = new URL(`${endpoint.baseUrl}${endpoint.baseUrl.endsWith('/') ? path.slice(1) : path}`);
  refuseInsecure(endpoint, url);
  signal?.throwIfAborted();
  const stop = new AbortController();
  const start = performance.now();
  const timer = setTimeout(() => stop.abort(), endpoint.timeoutMs);
  const follow = () => stop.abort();
  signal?.addEventListener('abort', follow, { once: true });
  try {
    for (let tries = 1; ; tries += 1) {
      const attempt = await send(endpoint, url, body, stop.signal);
      signal?.throwIfAborted();
      if (stop.signal.aborted)
        throw new JudgeError('judge_timeout', `the judge gave no answer within ${endpoint.timeoutMs} ms`);
      if (attempt.kind === 'answer' && !worthRetrying(attempt))
        return { status: attempt.status, body: parsed(attempt.text) };
      if (tries > endpoint.maxRetries) throw givenUp(endpoint, url, attempt, tries);
      const delay = delayAfter(attempt, tries);
      const left = endpoint.timeoutMs - (performance.now() - start);
      if (delay >= left) throw givenUp(endpoint, url, attempt, tries);
      await pause(delay, stop.signal);
      signal?.throwIfAborted();
    }
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', follow);
  }
}

/** The words of an error answer, without secrets and not too long. */
export function errorText(body: unknown, apiKey: string | undefined): string {
  const error = typeof body === 'object' && body !== null ? (body as Record<string, unknown>)['error'] : undefined;
  const message = typeof error === 'object' && error !== null ? (error as Record<string, unknown>)['message'] : error;
  const detail = typeof body === 'object' && body !== null ? (body as Record<string, unknown>)['detail'] : undefined;
  const said = message ?? detail;
  if (said === undefined) return 'no reason given';
  const text = withoutSecrets(typeof said === 'string' ? said : JSON.stringify(said), apiKey);
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}

async function send(endpoint: Endpoint, url: URL, body: unknown, signal: AbortSignal): Promise<Attempt> {
  const { default: axios, isAxiosError } = await import('axios');
  try {
    const response = await axios.request<string>({
      method: 'POST',
      url: url.href,
      data: JSON.stringify(body),
      headers: {
        ...endpoint.headers,
        'content-type': 'application/json',
        accept: 'application/json',
        ...(endpoint.apiKey === undefined ? {} : { authorization: `Bearer ${endpoint.apiKey}` }),
      },
      signal,
      responseType: 'text',
      transformResponse: [(text: string) => text],
      maxContentLength: endpoint.maxResponseBytes,
      maxBodyLength: Number.POSITIVE_INFINITY,
      maxRedirects: 0,
      validateStatus: () => true,
      // A proxy from the environment would read what plain http carries.
      ...(url.protocol === 'http:' ? { proxy: false as const } : {}),
    });
    const header = (name: string) => {
      const value: unknown = response.headers[name];
      return typeof value === 'string' ? value : undefined;
    };
    return {
      kind: 'answer',
      status: response.status,
      text: String(response.data ?? ''),
      retryAfter: header('retry-after'),
      retryAfterMs: header('retry-after-ms'),
    };
  } catch (thrown) {
    if (isAxiosError(thrown) && /maxContentLength/.test(thrown.message)) {
      throw new JudgeError('judge_http_error', `the judge's answer is larger than ${endpoint.maxResponseBytes} bytes`);
    }
    const code = (thrown as { code?: unknown } | undefined)?.code;
    return { kind: 'broken', code: typeof code === 'string' ? code : 'network error' };
  }
}

/** OpenAI's servers also say the wait in milliseconds, and more exactly. */
function delayAfter(attempt: Attempt, tries: number): number {
  if (attempt.kind === 'broken') return retryDelayMs(tries);
  const exact = /^\d+(?:\.\d+)?$/.test(attempt.retryAfterMs ?? '') ? Number(attempt.retryAfterMs) : 0;
  return exact > 0 ? exact : retryDelayMs(tries, attempt.retryAfter);
}

/** An exhausted quota is told with 429 too, but waiting does not fill it. */
function worthRetrying(attempt: Extract<Attempt, { kind: 'answer' }>): boolean {
  return isRetryable(attempt.status) && !(attempt.status === 429 && attempt.text.includes('insufficient_quota'));
}

function givenUp(endpoint: Endpoint, url: URL, attempt: Attempt, tries: number): JudgeError {
  const after = tries === 1 ? '' : ` after ${tries} attempts`;
  if (attempt.kind === 'broken') {
    return new JudgeError(
      'judge_unreachable',
      `the judge at ${url.host} could not be reached${after}: ${attempt.code}`,
    );
  }
  const wait = attempt.retryAfter === undefined ? '' : `, retry-after ${attempt.retryAfter.slice(0, 40)}`;
  const reason = errorText(parsed(attempt.text), endpoint.apiKey);
  return new JudgeError('judge_http_error', `the judge answered ${attempt.status}${after}${wait}: ${reason}`, {
    status: attempt.status,
  });
}

function refuseInsecure({ apiKey, allowInsecure }: Endpoint, url: URL): void {
  if (apiKey === undefined || allowInsecure || url.protocol === 'https:' || isLoopback(url)) return;
  throw new JudgeError(
    'judge_insecure',
    `the judge's key is not sent over plain http to ${url.host}; use https, or say allowInsecure: true`,
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    if (signal.aborted) done();
    else signal.addEventListener('abort', done, { once: true });
  });
}
