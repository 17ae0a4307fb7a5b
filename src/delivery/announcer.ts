import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { messageOf } from '../base/errors.js';
import { clearTimeout, now, setTimeout } from '../base/timers.js';
import { debug } from '../base/warn.js';
import { createBatch, pack } from './batch.js';
import { wouldExpose } from './credentials.js';
import { createJsonEncoder } from './encode-json.js';
import { createProtobufEncoder } from './encode-protobuf.js';
import type { BatchEncoder } from './encoder.js';
import { createPoster, type HttpOutcome, isSuccess, type Poster } from './http.js';
import { estimateBytes } from './intake.js';
import { headerOf } from './response.js';
import { isHeld, retryDelayMs } from './retry.js';

const LINGER_MS = 100;
const MOST_WAITING = 2_000;
/** What waits, and what one request carries: seeing a span run is worth no more memory, and no longer pause. */
const MOST_BYTES = 512 * 1024;
/** A server may ask for so long at once, and has to ask again. */
const LONGEST_S = 600;
/** A key that is refused, or an address that redirects, is not tried again soon. */
const HELD_MS = 60_000;

export interface Announcer {
  /** Does nothing as long as nobody wants to see spans that run. */
  announce(span: ReadableSpan): void;
  /** Somebody watches on the server, for so many seconds at least. */
  ask(seconds: number): void;
  close(): void;
}

export interface AnnouncerOptions {
  readonly endpoint: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly protocol: 'http/protobuf' | 'http/json';
  readonly allowInsecure: boolean;
  /** Whether spans are announced without being asked for. */
  readonly always: boolean;
  /** The spans that run; they are announced too when the server begins to ask. */
  readonly running: () => Iterable<ReadableSpan>;
}

/**
 * Shows spans while they still run: a record without an end, which the local server replaces when the span arrives.
 * Best effort and outside the ledger: what is missed here is not lost, since every span is delivered when it ends. So
 * it gives way to everything: one small request at a time, and after a failure none for a while.
 */
export function createAnnouncer(options: AnnouncerOptions): Announcer {
  const { endpoint, headers, protocol, allowInsecure, always } = options;
  const exposed = !allowInsecure && wouldExpose(endpoint, headers);
  let encoder: BatchEncoder | undefined;
  let poster: Poster | undefined;
  let waiting: ReadableSpan[] = [];
  let waitingBytes = 0;
  let timer: NodeJS.Timeout | undefined;
  let sending = false;
  let closed = false;
  let askedUntil = 0;
  let failures = 0;
  let notBefore = 0;

  function wanted(): boolean {
    if (always) return true;
    if (askedUntil === 0) return false;
    if (now() < askedUntil) return true;
    askedUntil = 0;
    return false;
  }

  function announce(span: ReadableSpan): void {
    if (!wanted() || closed || exposed || waiting.length >= MOST_WAITING) return;
    if (failures > 0 && now() < notBefore) return;
    const bytes = estimateBytes(span);
    if (waitingBytes + bytes > MOST_BYTES) return;
    waiting.push(span);
    waitingBytes += bytes;
    schedule();
  }

  function schedule(): void {
    if (!sending && waiting.length > 0) timer ??= setTimeout(() => void send(), LINGER_MS).unref();
  }

  /** What has ended meanwhile is on its way already, and says more. */
  function takeBody(): { body: Uint8Array; count: number; contentType: string } | undefined {
    encoder ??= protocol === 'http/json' ? createJsonEncoder() : createProtobufEncoder();
    const running = waiting.filter((span) => !span.ended);
    waiting = [];
    waitingBytes = 0;
    for (const span of running) {
      try {
        encoder.add(span);
      } catch {
        // It will be dealt with when it ends.
      }
    }
    const { count, contentType } = encoder;
    return count === 0 ? undefined : { body: encoder.finish(), count, contentType };
  }

  async function send(): Promise<void> {
    timer = undefined;
    sending = true;
    try {
      const taken = takeBody();
      if (taken !== undefined) settle(await post(taken));
    } catch (error) {
      debug(`running spans could not be shown: ${messageOf(error)}`);
    }
    sending = false;
    if (!closed) schedule();
  }

  async function post({ body, count, contentType }: NonNullable<ReturnType<typeof takeBody>>): Promise<HttpOutcome> {
    const batch = createBatch(body, count, contentType);
    await pack(batch, () => undefined);
    poster ??= createPoster(1);
    return poster.post({
      method: 'POST',
      url: endpoint,
      headers: {
        ...headers,
        'content-type': contentType,
        ...(batch.gzipped ? { 'content-encoding': 'gzip' } : {}),
      },
      body: batch.body,
    });
  }

  function settle(outcome: HttpOutcome): void {
    if (isSuccess(outcome.status)) {
      failures = 0;
      return;
    }
    failures += 1;
    const delay = retryDelayMs(failures, headerOf(outcome, 'retry-after'));
    notBefore = now() + (isHeld(outcome.status) ? Math.max(delay, HELD_MS) : delay);
  }

  return {
    announce,
    ask(seconds) {
      const began = !wanted();
      askedUntil = now() + Math.min(seconds, LONGEST_S) * 1000;
      if (began) for (const span of options.running()) announce(span);
    },
    close() {
      closed = true;
      clearTimeout(timer);
      waiting = [];
      poster?.close();
    },
  };
}
