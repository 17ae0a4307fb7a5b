import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { carriesCredentials, isExposed } from './credentials.js';
import { createJsonEncoder } from './encode-json.js';
import { createProtobufEncoder } from './encode-protobuf.js';
import type { BatchEncoder } from './encoder.js';
import { createPoster, type Poster } from './http.js';

const LINGER_MS = 100;
const MOST_WAITING = 2_000;

/** A server may ask for so long at once, and has to ask again. */
const LONGEST_S = 600;

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
 * Best effort and outside the ledger: what is missed here is not lost, since every span is delivered when it ends.
 */
export function createAnnouncer(options: AnnouncerOptions): Announcer {
  const { endpoint, headers, protocol, allowInsecure, always } = options;
  const exposed = !allowInsecure && carriesCredentials(headers) && isExposed(endpoint);
  let encoder: BatchEncoder | undefined;
  let poster: Poster | undefined;
  let waiting: ReadableSpan[] = [];
  let timer: NodeJS.Timeout | undefined;
  let askedUntil = 0;

  function wanted(): boolean {
    if (always) return true;
    if (askedUntil === 0) return false;
    if (performance.now() < askedUntil) return true;
    askedUntil = 0;
    return false;
  }

  function send(): void {
    timer = undefined;
    encoder ??= protocol === 'http/json' ? createJsonEncoder() : createProtobufEncoder();
    poster ??= createPoster(1);
    const running = waiting.filter((span) => !span.ended);
    waiting = [];
    for (const span of running) {
      try {
        encoder.add(span);
      } catch {
        // It will be dealt with when it ends.
      }
    }
    if (encoder.count === 0) return;
    const contentType = { 'content-type': encoder.contentType };
    void poster.post({
      method: 'POST',
      url: endpoint,
      headers: { ...headers, ...contentType },
      body: encoder.finish(),
    });
  }

  function announce(span: ReadableSpan): void {
    if (!wanted() || exposed || waiting.length >= MOST_WAITING) return;
    waiting.push(span);
    timer ??= setTimeout(send, LINGER_MS).unref();
  }

  return {
    announce,
    ask(seconds) {
      const began = !wanted();
      askedUntil = performance.now() + Math.min(seconds, LONGEST_S) * 1000;
      if (began) for (const span of options.running()) announce(span);
    },
    close() {
      clearTimeout(timer);
      waiting = [];
      poster?.close();
    },
  };
}
