import { isUuid } from '../base/ids.js';
import { debug, warn } from '../base/warn.js';
import type { DeliverySource, Ledger, OutgoingRequest } from '../delivery/contract.js';
import { retryDelayMs } from '../delivery/retry.js';
import type { Answer } from './answer.js';
import { createClient } from './client.js';
import { createHold } from './hold.js';
import { emptyObject, isJsonObject, type JsonObject } from './json.js';
import { createKnownSessions, type StartState } from './known.js';
import {
  addUpdate,
  createLane,
  createWaiter,
  type Lane,
  nextWork,
  PATIENCE_ATTEMPTS,
  splitUpdate,
  type StartOutcome,
  type StartWork,
  type UpdateWork,
  type Waiter,
  type Work,
} from './lane.js';
import { mergeInto } from './body.js';
import { alive, later, now } from './time.js';

export interface SessionQueueOptions {
  serverUrl: string;
  headers: Record<string, string>;
  ledger: Ledger;
  /** Whether credentials may travel over plain http to another machine. */
  allowInsecure: boolean;
  /** Whether there is anything to send to: not in test mode, not disabled, `sessionApi` not off. */
  enabled: boolean;
}

/** Sends sessions' starts and updates in the background: ordered per id, coalesced, retried, bounded in bytes. */
export interface SessionQueue extends DeliverySource {
  /** `POST /session/start`, once per session id. Never rejects; a start that was given up is still retried behind the scenes. */
  start(sessionId: string, body: JsonObject): Promise<StartOutcome>;
  /**
   * `PUT /events` for `eventId`, merged with others of the same id, after that session's start. Resolves when
   * acknowledged or given up; never rejects. Counts once per call in the ledger.
   */
  update(eventId: string, body: JsonObject): Promise<void>;
  /** Sends the start again, which changes nothing where the session exists. `body` serves where its start is not known. */
  touch(sessionId: string, body?: JsonObject): Promise<void>;
  started(sessionId: string): StartState;
}

/** Calls made this close together travel as one request. */
const TICK_MS = 30;
const IN_FLIGHT = 8;
const MOST_IDS = 10_000;
const MOST_BYTES = 32 * 1024 * 1024;
/** A server that needs somebody's hand is asked again this often. */
const HELD_MS = 60_000;
/** So many failures in a row are the server's, not one session's. */
const OUTAGE = 8;

export function createSessionQueue(options: SessionQueueOptions): SessionQueue {
  const { ledger, headers, enabled } = options;
  const client = createClient(options);
  const hold = createHold();
  const known = createKnownSessions();
  const lanes = new Map<string, Lane>();
  const ready: Lane[] = [];
  const delayed = new Set<Lane>();
  const drains = new Set<{ left: Set<Work>; deadline: number; done: () => void }>();
  let inFlight = 0;
  let bytes = 0;
  let failures = 0;
  /** Until then nothing is sent at all; `asked`: because the server said so. */
  let gate = { until: 0, asked: false, held: false };
  let cancelTimer: (() => void) | undefined;

  function laneOf(id: string): Lane | undefined {
    const lane = lanes.get(id);
    if (lane !== undefined || lanes.size >= MOST_IDS) return lane;
    const fresh = createLane(id);
    lanes.set(id, fresh);
    return fresh;
  }

  function schedule(lane: Lane): void {
    if (lane.sending !== undefined || lanes.get(lane.id) !== lane) return;
    if (nextWork(lane) === undefined) {
      lanes.delete(lane.id);
      delayed.delete(lane);
    } else if (lane.notBefore <= now()) {
      delayed.delete(lane);
      ready.push(lane);
    } else {
      delayed.add(lane);
    }
  }

  function pump(): void {
    // After a failure one request at a time asks whether the server is back.
    while (inFlight < (gate.until > 0 ? 1 : IN_FLIGHT) && gate.until <= now()) {
      const lane = ready.shift();
      if (lane === undefined) break;
      const work = lanes.get(lane.id) === lane && lane.sending === undefined ? nextWork(lane) : undefined;
      if (work !== undefined) void attempt(lane, work);
    }
    arm();
  }

  /** Sets the timer for what comes next, and ends the waits that nothing can happen for any more. */
  function arm(): void {
    cancelTimer?.();
    cancelTimer = undefined;
    if (inFlight > 0 && ready.length === 0 && delayed.size === 0) return;
    let next = Number.POSITIVE_INFINITY;
    if (ready.length > 0) next = gate.until;
    else for (const lane of delayed) next = Math.min(next, Math.max(lane.notBefore, gate.until));
    if (inFlight === 0) for (const drain of drains) if (next >= drain.deadline) drain.done();
    if (next < Number.POSITIVE_INFINITY && !(inFlight > 0 && next <= now())) cancelTimer = later(Math.max(5, next - now()), wake);
  }

  function wake(): void {
    const time = now();
    for (const lane of [...delayed]) if (lane.notBefore <= time) schedule(lane);
    pump();
  }

  async function attempt(lane: Lane, work: Work): Promise<void> {
    inFlight += 1;
    lane.sending = work;
    if (work.kind === 'update') {
      ledger.request();
      if (work.attempts > 0) ledger.retry();
    }
    work.attempts += 1;
    const answer = await (work.kind === 'start'
      ? client.send('POST', client.startUrl, JSON.stringify(work.body))
      : client.send('PUT', client.eventsUrl, updateText(lane.id, work.body)));
    inFlight -= 1;
    lane.sending = undefined;
    hold.release(work);
    if (!work.handedOver) judge(lane, work, answer);
    schedule(lane);
    pump();
  }

  function judge(lane: Lane, work: Work, answer: Answer): void {
    if (answer.kind === 'ok') {
      failures = 0;
      gate = { until: 0, asked: false, held: false };
      succeed(lane);
      finish(lane, work, 'started');
      if (work.kind === 'update') ledger.delivered(work.calls);
    } else if (answer.kind === 'refused') {
      failures = 0;
      succeed(lane);
      refuse(lane, work, answer);
    } else if (answer.kind === 'held') {
      warn(`session-${answer.cause}`, `${answer.problem}; session data is kept`);
      gate = { until: now() + HELD_MS, asked: false, held: true };
      for (const each of lanes.values()) giveUpWaiting(each);
    } else {
      fail(lane, work, answer);
    }
  }

  function succeed(lane: Lane): void {
    lane.failures = 0;
    lane.notBefore = 0;
    lane.asked = false;
    lane.passStart = false;
  }

  function fail(lane: Lane, work: Work, answer: Extract<Answer, { kind: 'retry' }>): void {
    failures += 1;
    lane.failures += 1;
    warn(`session-${answer.cause}`, `${answer.problem}; session data is kept and sent again`);
    const asked = answer.retryAfter !== undefined;
    if (answer.everyone || failures >= OUTAGE) {
      gate = { until: now() + retryDelayMs(failures, answer.retryAfter), asked, held: false };
    } else {
      // A start that nobody waits for any more does not hold up the update behind it.
      lane.passStart = work.kind === 'start' && work.waiter === undefined && lane.updates.length > 0;
      lane.notBefore = lane.passStart ? 0 : now() + retryDelayMs(lane.failures, answer.retryAfter);
      lane.asked = asked;
    }
    for (const each of [lane.start, ...lane.updates]) {
      if (each?.waiter !== undefined && each.waiter.failed() >= PATIENCE_ATTEMPTS) giveUp(each, lane.id);
    }
  }

  function refuse(lane: Lane, work: Work, answer: Extract<Answer, { kind: 'refused' }>): void {
    const { status, problem } = answer;
    const halves = work.kind === 'update' && status === 413 ? splitUpdate(work) : undefined;
    if (work.kind === 'update' && halves !== undefined) {
      lane.updates.splice(0, 1, ...halves);
      for (const drain of drains) if (drain.left.delete(work)) for (const half of halves) drain.left.add(half);
      return;
    }
    const what = work.kind === 'start' ? 'the start' : 'an update';
    warn(`session-refused-${status}`, `${client.origin} refused ${what} of session ${lane.id} (${status}): ${problem}`);
    finish(lane, work, 'given_up');
    if (work.kind === 'update') {
      ledger.dropped(status === 413 ? 'too_large' : 'refused', work.calls, [`session ${lane.id}`]);
    }
  }

  /** The work is over, one way or the other. */
  function finish(lane: Lane, work: Work, outcome: StartOutcome): void {
    if (work.kind === 'start') {
      lane.start = undefined;
      known.set(lane.id, outcome, work.body);
      work.waiter?.done(outcome);
    } else {
      lane.updates.shift();
      bytes -= work.bytes;
      work.waiter?.done();
    }
    work.waiter = undefined;
    settled(work);
  }

  function settled(work: Work): void {
    hold.release(work);
    for (const drain of drains) if (drain.left.delete(work) && drain.left.size === 0) drain.done();
  }

  /** Nobody waits for it any longer; it is still sent as soon as that works. */
  function giveUp(work: Work, id: string): void {
    const { waiter } = work;
    if (waiter === undefined) return;
    work.waiter = undefined;
    debug(`session ${id}: nobody waits any longer for its ${work.kind}; it is still sent as soon as the server takes it`);
    if (work.kind === 'start') {
      known.set(id, 'given_up', work.body);
      (waiter as Waiter<StartOutcome>).done('given_up');
    } else {
      (waiter as Waiter<void>).done();
    }
  }

  function giveUpWaiting(lane: Lane): void {
    for (const work of [lane.start, ...lane.updates]) if (work !== undefined) giveUp(work, lane.id);
  }

  const outage = (): boolean => gate.held || failures >= PATIENCE_ATTEMPTS;

  function enqueueStart(id: string, body: JsonObject): StartWork | undefined {
    const lane = laneOf(id);
    if (lane === undefined) {
      warn('session-full', `more than ${MOST_IDS} sessions wait for ${client.origin}: the start of session ${id} is dropped`);
      return undefined;
    }
    const work: StartWork = { kind: 'start', body, waiter: undefined, attempts: 0, handedOver: false };
    lane.start = work;
    hold.take(work);
    const idle = lane.sending === undefined && lane.failures === 0;
    if (idle) {
      lane.notBefore = 0;
      schedule(lane);
      pump();
    }
    return work;
  }

  function waitFor(work: StartWork, id: string): Promise<StartOutcome> {
    work.waiter ??= createWaiter<StartOutcome>(outage(), () => giveUp(work, id));
    return work.waiter.promise;
  }

  function start(sessionId: string, body: JsonObject): Promise<StartOutcome> {
    const id = idOf(sessionId);
    if (!enabled) return Promise.resolve('given_up');
    const before = known.get(id);
    if (before !== undefined) return before.promise;
    const work = enqueueStart(id, body);
    if (work === undefined) return Promise.resolve('given_up');
    const promise = waitFor(work, id);
    known.add(id, promise, body);
    return promise;
  }

  async function touch(sessionId: string, body?: JsonObject): Promise<void> {
    if (!enabled) return;
    const id = idOf(sessionId);
    const pending = lanes.get(id)?.start;
    const work = pending ?? enqueueStart(id, known.get(id)?.identity ?? body ?? { session: { session_id: id } });
    if (work !== undefined) await waitFor(work, id);
  }

  function update(eventId: string, body: JsonObject): Promise<void> {
    if (!enabled || Object.keys(body).length === 0) return Promise.resolve();
    ledger.made(1);
    const id = idOf(eventId);
    const size = JSON.stringify(body).length;
    if (bytes + size > MOST_BYTES) weighAgain();
    const lane = bytes + size > MOST_BYTES ? undefined : laneOf(id);
    if (lane === undefined) {
      warn('session-full', `too much session data waits for ${client.origin}: an update of session ${id} is dropped`);
      ledger.dropped('queue_full', 1, [`session ${id}`]);
      return Promise.resolve();
    }
    const idle = nextWork(lane) === undefined;
    const work: UpdateWork = addUpdate(lane, body, size);
    bytes += size;
    if (work.attempts === 0 && work.calls === 1) hold.take(work);
    if (idle) {
      lane.notBefore = Math.max(lane.notBefore, now() + TICK_MS);
      schedule(lane);
      // One timer serves all that came within a tick.
      if (cancelTimer === undefined || delayed.size === 1) arm();
    }
    work.waiter ??= createWaiter<void>(outage(), () => giveUp(work, id));
    return work.waiter.promise;
  }

  /** Overwritten keys were counted each time; asked only when the bound is near. */
  function weighAgain(): void {
    bytes = 0;
    for (const lane of lanes.values()) {
      for (const work of lane.updates) {
        work.bytes = JSON.stringify(work.body).length;
        bytes += work.bytes;
      }
    }
  }

  function drain(deadline: number): Promise<void> {
    const left = new Set<Work>();
    for (const lane of lanes.values()) {
      if (lane.start !== undefined) left.add(lane.start);
      for (const work of lane.updates) left.add(work);
      if (!lane.asked && lane.notBefore > 0) {
        lane.notBefore = 0;
        schedule(lane);
      }
    }
    if (left.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const entry = {
        left,
        deadline,
        done: () => {
          cancel();
          drains.delete(entry);
          resolve();
        },
      };
      // Whoever awaits a flush has the process wait for it, up to its deadline.
      const cancel = alive(Math.max(0, deadline - now()), entry.done);
      drains.add(entry);
      if (!gate.asked && gate.until > now()) gate = { ...gate, until: now() };
      pump();
    });
  }

  function takeUnsent(): OutgoingRequest[] {
    if (client.insecure) return [];
    const requests: OutgoingRequest[] = [];
    const add = (kind: OutgoingRequest['kind'], text: string, items: number): void => {
      const method = kind === 'session' ? 'POST' : 'PUT';
      const url = kind === 'session' ? client.startUrl : client.eventsUrl;
      requests.push({ kind, method, url, headers: { ...headers, 'Content-Type': 'application/json' }, body: Buffer.from(text), items });
    };
    for (const lane of lanes.values()) {
      if (lane.start !== undefined) add('session', JSON.stringify(lane.start.body), 0);
      const merged = emptyObject();
      let calls = 0;
      for (const work of lane.updates) {
        mergeInto(merged, work.body);
        calls += work.calls;
      }
      if (lane.updates.length > 0) add('enrichment', updateText(lane.id, merged), calls);
      for (const work of [lane.start, ...lane.updates]) {
        if (work === undefined) continue;
        work.handedOver = true;
        giveUp(work, lane.id);
        settled(work);
      }
      lane.start = undefined;
      lane.updates.length = 0;
    }
    lanes.clear();
    delayed.clear();
    ready.length = 0;
    bytes = 0;
    return requests;
  }

  return { start, update, touch, drain, takeUnsent, started: (sessionId) => known.get(idOf(sessionId))?.state ?? 'unknown' };
}

function idOf(id: string): string {
  return isUuid(id) ? id.toLowerCase() : id;
}

function updateText(id: string, body: JsonObject): string {
  const whole = emptyObject();
  whole.event_id = id;
  for (const name of Object.keys(body)) {
    const value = body[name];
    if (value !== undefined && !(isJsonObject(value) && Object.keys(value).length === 0)) whole[name] = value;
  }
  return JSON.stringify(whole);
}
