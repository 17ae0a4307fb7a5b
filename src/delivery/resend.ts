import { debug, warn } from '../base/warn.js';
import { createBatch, namesOf, split } from './batch.js';
import type { Drop, OutgoingRequest } from './contract.js';
import { isSuccess, type Poster } from './http.js';
import { headerOf } from './response.js';
import { isRetryable, retryDelayMs } from './retry.js';
import { isHeld } from './sender.js';
import type { Resend } from './spool-recovery.js';
import { reportTrouble } from './trouble.js';

export interface ResendOptions {
  readonly endpoint: string;
  readonly serverUrl: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly poster: Poster;
  readonly onDrop: ((drop: Drop) => void) | undefined;
  /** Resolves after that time, at once when all is to stop: then true. */
  readonly pause: (ms: number) => Promise<boolean>;
}

/** Sends what an earlier process left, with the credentials of this one, and keeps at it until it is settled. */
export function createResend(options: ResendOptions): Resend {
  const { endpoint, poster } = options;

  return async function resend(request: OutgoingRequest): Promise<boolean> {
    const url = request.kind === 'spans' ? endpoint : request.url;
    if (request.kind !== 'spans' && !sameOrigin(url, options.serverUrl)) return true;
    for (let attempt = 1; ; attempt++) {
      const outcome = await poster.post({ ...request, url, headers: { ...options.headers, ...request.headers } });
      const { status } = outcome;
      if (isSuccess(status)) {
        debug(`sent ${request.items} items that an earlier process had left in the spool`);
        return true;
      }
      if (status === 413 && request.kind === 'spans' && request.items > 1) {
        for (const half of halves(request)) if (!(await resend(half))) return false;
        return true;
      }
      reportTrouble(url, outcome);
      if (!isRetryable(status) && !isHeld(status)) {
        warn(
          'spool:refused',
          `${request.items} items that an earlier process had left in the spool were refused (${status}): dropped.`,
        );
        options.onDrop?.({
          reason: status === 413 ? 'too_large' : 'refused',
          count: request.items,
          names: namesOf(batchOf(request)),
        });
        return true;
      }
      if (await options.pause(retryDelayMs(attempt, headerOf(outcome, 'retry-after')))) return false;
    }
  };
}

function batchOf(request: OutgoingRequest) {
  const batch = createBatch(request.body, request.items, request.headers['content-type'] ?? '');
  batch.gzipped = request.headers['content-encoding'] === 'gzip';
  return batch;
}

function halves(request: OutgoingRequest): OutgoingRequest[] {
  const { 'content-encoding': _encoding, ...headers } = request.headers;
  return split(batchOf(request)).map((half) => ({ ...request, headers, body: half.body, items: half.count }));
}

function sameOrigin(one: string, other: string): boolean {
  try {
    return new URL(one).origin === new URL(other).origin;
  } catch {
    return false;
  }
}
