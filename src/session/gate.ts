import { now } from '../base/timers.js';
import { retryDelayMs } from '../delivery/retry.js';
import type { Answer } from './answer.js';
import { PATIENCE_ATTEMPTS } from './lane.js';

/** A server that needs somebody's hand is asked again this often. */
const HELD_MS = 60_000;
/** So many failures in a row are the server's, not one session's. */
const OUTAGE = 8;

/** Whether the server is worth asking: one back-off for all sessions, so that an outage costs one request at a time. */
export interface Gate {
  /** Nothing is sent before this moment (ms, monotonic). */
  readonly until: number;
  /** After a failure one request at a time asks whether the server is back. */
  readonly probing: boolean;
  /** Whether waiting for an answer has become pointless. */
  readonly outage: boolean;
  succeeded(): void;
  /**
   * Whose failure it was: the server's (all sessions wait), this session's (it backs off by itself), or one of
   * several attempts under way at once, begun at `since`, of which the first has been counted already.
   */
  failed(answer: Extract<Answer, { kind: 'retry' }>, since: number): 'server' | 'session' | 'counted';
  /** Somebody has to act first. */
  held(): void;
  /** Lets one attempt through now, unless the server asked for the wait. */
  hurry(): void;
}

export function createGate(): Gate {
  let until = 0;
  /** When the last failure was learned of. */
  let closed = 0;
  let failures = 0;
  let asked = false;
  let held = false;
  return {
    get until() {
      return until;
    },
    get probing() {
      return until > 0;
    },
    get outage() {
      return held || failures >= PATIENCE_ATTEMPTS;
    },
    succeeded() {
      until = 0;
      failures = 0;
      held = false;
    },
    failed(answer, since) {
      if (since < closed && answer.everyone) return 'counted';
      failures += 1;
      if (!answer.everyone && failures < OUTAGE) return 'session';
      closed = now();
      until = closed + retryDelayMs(failures, answer.retryAfter);
      asked = answer.asked;
      return 'server';
    },
    held() {
      until = now() + HELD_MS;
      asked = false;
      held = true;
    },
    hurry() {
      if (!asked && until > 0) until = Math.min(until, now());
    },
  };
}
