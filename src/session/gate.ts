import { retryDelayMs } from '../delivery/retry.js';
import type { Answer } from './answer.js';
import { PATIENCE_ATTEMPTS } from './lane.js';
import { now } from './time.js';

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
   * Returns whether it was the server's failure; otherwise the session backs off by itself. Attempts that began
   * (`since`) before the last failure was known fail for the same reason and count once.
   */
  failed(answer: Extract<Answer, { kind: 'retry' }>, since: number): boolean;
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
      if (since < closed && answer.everyone) return true;
      failures += 1;
      if (!answer.everyone && failures < OUTAGE) return false;
      closed = now();
      until = closed + retryDelayMs(failures, answer.retryAfter);
      asked = answer.asked;
      return true;
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
