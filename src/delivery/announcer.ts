import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { carriesCredentials, isExposed } from './credentials.js';
import { createJsonEncoder } from './encode-json.js';
import { createProtobufEncoder } from './encode-protobuf.js';
import { createPoster } from './http.js';

const LINGER_MS = 100;
const MOST_WAITING = 2_000;

export interface Announcer {
  announce(span: ReadableSpan): void;
  close(): void;
}

/**
 * Shows spans while they still run: a record without an end, which the local server replaces when the span arrives.
 * Best effort and outside the ledger: what is missed here is not lost, since every span is delivered when it ends.
 */
export function createAnnouncer(options: {
  endpoint: string;
  headers: Readonly<Record<string, string>>;
  protocol: 'http/protobuf' | 'http/json';
  allowInsecure: boolean;
}): Announcer {
  const { endpoint, headers, protocol, allowInsecure } = options;
  const encoder = protocol === 'http/json' ? createJsonEncoder() : createProtobufEncoder();
  const poster = createPoster(1);
  const exposed = !allowInsecure && carriesCredentials(headers) && isExposed(endpoint);
  let waiting: ReadableSpan[] = [];
  let timer: NodeJS.Timeout | undefined;

  function send(): void {
    timer = undefined;
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

  return {
    announce(span) {
      if (exposed || waiting.length >= MOST_WAITING) return;
      waiting.push(span);
      timer ??= setTimeout(send, LINGER_MS).unref();
    },
    close() {
      clearTimeout(timer);
      poster.close();
    },
  };
}
