import { setTimeout } from '../base/timers.js';
import { debug, warn } from '../base/warn.js';
import { createBatch, namesOf, split } from './batch.js';
import type { Drop, OutgoingRequest } from './contract.js';
import { withUserOf, wouldExpose } from './credentials.js';
import { isSuccess, type Poster } from './http.js';
import { headerOf } from './response.js';
import { isHeld, isRetryable, retryDelayMs } from './retry.js';
import { createRecovery, type Recovery, type Resend, type Resent } from './spool-recovery.js';
import type { SpoolTarget } from './spool-segment.js';
import { tellDrop } from './tell-drop.js';
import { reportTrouble } from './trouble.js';

export interface ResendOptions {
  readonly directory: string;
  readonly endpoint: string;
  readonly target: SpoolTarget;
  readonly headers: Readonly<Record<string, string>>;
  /** For sessions; those of `endpoint` must not reach another server. */
  readonly sessionHeaders: Readonly<Record<string, string>>;
  /** Whether credentials may travel over plain http to another machine. */
  readonly allowInsecure: boolean;
  readonly poster: Poster;
  readonly onDrop?: (drop: Drop) => void;
}

/** Sends what earlier processes left in the spool, in the background, from now on and whenever more is found. */
export function resendLeftovers(options: ResendOptions, onScan: (othersBytes: number) => void): Recovery {
  let stop: () => void = () => undefined;
  const stopping = new Promise<boolean>((resolve) => {
    stop = () => resolve(true);
  });
  const pause = (ms: number): Promise<boolean> =>
    Promise.race([stopping, new Promise<boolean>((resolve) => setTimeout(resolve, ms, false).unref())]);
  const recovery = createRecovery(options.directory, options.target, createResend(options, pause), onScan);
  return {
    settled: recovery.settled,
    stop() {
      stop();
      recovery.stop();
    },
  };
}

/** Sends what an earlier process left, with the credentials of this one, and keeps at it until it is settled. */
function createResend(options: ResendOptions, pause: (ms: number) => Promise<boolean>): Resend {
  const { endpoint, poster, headers, sessionHeaders } = options;
  const { serverUrl } = options.target;

  return async function resend(request: OutgoingRequest): Promise<Resent> {
    const url = request.kind === 'spans' ? endpoint : withUserOf(serverUrl, request.url);
    if (request.kind !== 'spans' && !sameOrigin(url, serverUrl)) return 'settled';
    const own = request.kind === 'spans' ? headers : sessionHeaders;
    const all = { ...own, ...request.headers };
    if (!options.allowInsecure && wouldExpose(url, all)) return 'held';
    for (let attempt = 1; ; attempt++) {
      const outcome = await poster.post({ ...request, url, headers: all });
      const { status } = outcome;
      if (isSuccess(status)) {
        debug(`sent ${request.items} items that an earlier process had left in the spool`);
        return 'settled';
      }
      if (status === 413 && request.kind === 'spans' && request.items > 1) {
        for (const half of halves(request)) {
          const sent = await resend(half);
          if (sent !== 'settled') return sent;
        }
        return 'settled';
      }
      reportTrouble(url, outcome);
      if (!isRetryable(status) && !isHeld(status)) {
        warn(
          'spool:refused',
          `${request.items} items that an earlier process had left in the spool were refused (${status}): dropped.`,
        );
        tellDrop(options.onDrop, {
          reason: status === 413 ? 'too_large' : 'refused',
          count: request.items,
          names: namesOf(batchOf(request)),
        });
        return 'settled';
      }
      if (await pause(retryDelayMs(attempt, headerOf(outcome, 'retry-after')))) return 'stopped';
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
