import { now } from '../base/timers.js';
import { debug, warn } from '../base/warn.js';
import type { DeliverySource, Ledger, OutgoingRequest, SpoolTicket } from '../delivery/contract.js';
import type { DropReason } from '../delivery/drop-reasons.js';
import { retryDelayMs } from '../delivery/retry.js';
import type { Answer } from './answer.js';
import { createBacklog } from './backlog.js';
import { createClient } from './client.js';
import { createDrains } from './drains.js';
import { createGate } from './gate.js';
import { createHold } from './hold.js';
import type { JsonObject } from './json.js';
import { createKnownSessions, type StartState } from './known.js';
import {
  createWaiter,
  type Lane,
  nextWork,
  PATIENCE_ATTEMPTS,
  type StartOutcome,
  type StartWork,
  splitUpdate,
  type UpdateWork,
  type Waiter,
  type Work,
  worksOf,
} from './lane.js';
import { idOf, unsentOf, updateText } from './request.js';
import { createSafekeeping } from './safekeeping.js';
import { createAlarm } from './time.js';

export interface SessionQueueOptions {
  serverUrl: string;
  headers: Record<string, string>;
  ledger: Ledger;
  /** Whether credentials may travel over plain http to another machine. */
  allowInsecure: boolean;
  /** Puts a request into the spool, where there is one: what waits longer than 50 ms then survives the process. */
  spoolRequest?: ((request: OutgoingRequest) => SpoolTicket | undefined) | undefined;
  /** The server asks, for so many seconds, for spans while they run. */
  onLive?: ((seconds: number) => void) | undefined;
}

/** Sends sessions' starts and updates in the background: ordered per id, coalesced, retried, bounded in bytes. */
export interface SessionQueue extends DeliverySource {
  /**
   * `POST /session/start`, once per session id. Never rejects. `given_up` ends the waiting only, after four attempts or
   * 10 s: unless the server refused it, the start is still sent as soon as that works.
   */
  start(sessionId: string, body: JsonObject): Promise<StartOutcome>;
  /**
   * `PUT /events` for `eventId`, merged with others of the same id, after that session's start. Resolves when
   * acknowledged or given up, as above; never rejects. Counts once per call in the ledger.
   */
  update(eventId: string, body: JsonObject): Promise<void>;
  /** Sends the start again, which changes nothing where the session exists. */
  touch(sessionId: string): Promise<void>;
  started(sessionId: string): StartState;
}

/** Calls made this close together travel as one request. */
const TICK_MS = 30;
const IN_FLIGHT = 8;

export function createSessionQueue(options: SessionQueueOptions): SessionQueue {
  const { ledger } = options;
  const client = createClient(options);
  const backlog = createBacklog();
  const gate = createGate();
  const drains = createDrains();
  const known = createKnownSessions();
  const hold = createHold();
  const safekeeping = createSafekeeping(options.spoolRequest, (lane) => unsentOf(lane, client));
  let inFlight = 0;
  const alarm = createAlarm(() => {
    backlog.wake();
    pump();
  });

  function pump(): void {
    while (inFlight < (gate.probing ? 1 : IN_FLIGHT) && gate.until <= now()) {
      const lane = backlog.next();
      if (lane === undefined) break;
      const work = nextWork(lane);
      if (work !== undefined) void attempt(lane, work);
    }
    const next = Math.max(backlog.earliest(), gate.until);
    if (inFlight === 0) drains.nothingBefore(next);
    // What is ready and not sent has to wait for an answer, which pumps again.
    alarm.set(inFlight > 0 && next <= now() ? Number.POSITIVE_INFINITY : next);
  }

  async function attempt(lane: Lane, work: Work): Promise<void> {
    inFlight += 1;
    lane.sending = work;
    if (work.kind === 'update') {
      ledger.request();
      if (work.attempts > 0) ledger.retry();
    }
    work.attempts += 1;
    const since = now();
    const answer = await (work.kind === 'start'
      ? client.send('POST', client.startUrl, JSON.stringify(work.body))
      : client.send('PUT', client.eventsUrl, updateText(lane.id, work.body)));
    inFlight -= 1;
    lane.sending = undefined;
    hold.release(work);
    if (!work.handedOver) judge(lane, work, answer, since);
    backlog.schedule(lane);
    pump();
  }

  function judge(lane: Lane, work: Work, answer: Answer, since: number): void {
    if (answer.kind === 'retry') {
      fail(lane, work, answer, since);
    } else if (answer.kind === 'held') {
      warn(`session-${answer.cause}`, `${answer.problem}; session data is kept`);
      gate.held();
      for (const each of backlog.lanes.values()) giveUpWaiting(each);
    } else {
      gate.succeeded();
      hold.renew();
      Object.assign(lane, { failures: 0, notBefore: 0, asked: false, passStart: false });
      safekeeping.release(lane);
      if (answer.kind === 'refused') {
        refuse(lane, work, answer);
      } else {
        if (work.kind === 'update') settleCalls(lane, work, work.lost);
        finish(lane, work, 'started');
      }
    }
  }

  function fail(lane: Lane, work: Work, answer: Extract<Answer, { kind: 'retry' }>, since: number): void {
    warn(`session-${answer.cause}`, `${answer.problem}; session data is kept and sent again`);
    const whose = gate.failed(answer, since);
    if (whose === 'counted') return;
    for (const each of whose === 'server' ? backlog.lanes.values() : [lane]) {
      for (const one of worksOf(each)) {
        if (one.waiter !== undefined && one.waiter.failed() >= PATIENCE_ATTEMPTS) giveUp(one, each.id);
      }
    }
    lane.failures += 1;
    // A start that nobody waits for any more does not hold up the update behind it.
    lane.passStart = !answer.everyone && work.kind === 'start' && work.waiter === undefined && lane.updates.length > 0;
    if (whose === 'server') return;
    lane.notBefore = lane.passStart ? 0 : now() + retryDelayMs(lane.failures, answer.retryAfter);
    lane.asked = answer.asked;
  }

  function refuse(lane: Lane, work: Work, { status, problem }: Extract<Answer, { kind: 'refused' }>): void {
    const halves = work.kind === 'update' && status === 413 ? splitUpdate(work) : undefined;
    if (work.kind === 'update' && halves !== undefined) {
      lane.updates.splice(0, 1, ...halves);
      drains.replaced(work, halves);
      safekeeping.changed(lane);
      return;
    }
    const what = work.kind === 'start' ? 'the start' : 'an update';
    warn(`session-refused-${status}`, `${client.origin} refused ${what} of session ${lane.id} (${status}): ${problem}`);
    if (work.kind === 'update') settleCalls(lane, work, status === 413 ? 'too_large' : 'refused');
    finish(lane, work, 'given_up');
  }

  /** A call that was split counts with its last part, and as lost if any of its parts was. */
  function settleCalls(lane: Lane, work: UpdateWork, lost: DropReason | undefined): void {
    const next = lane.updates[1];
    if (work.calls === 0 && next !== undefined) next.lost ??= lost;
    else if (lost === undefined) ledger.delivered(work.calls);
    else ledger.dropped(lost, work.calls, [`session ${lane.id}`]);
  }

  /** The work is over, one way or the other. */
  function finish(lane: Lane, work: Work, outcome: StartOutcome): void {
    if (work.kind === 'start') {
      lane.start = undefined;
      known.set(lane.id, outcome, work.body);
      work.waiter?.done(outcome);
    } else {
      backlog.shift(lane);
      work.waiter?.done();
    }
    work.waiter = undefined;
    drains.over(work);
    if (nextWork(lane) !== undefined) safekeeping.changed(lane);
  }

  /** Nobody waits for it any longer; it is still sent as soon as that works. */
  function giveUp(work: Work, id: string): void {
    const { waiter } = work;
    if (waiter === undefined) return;
    work.waiter = undefined;
    debug(
      `nobody waits any longer for the ${work.kind} of session ${id}; it is still sent as soon as the server takes it`,
    );
    if (work.kind === 'start') {
      known.set(id, 'given_up', work.body);
      (waiter as Waiter<StartOutcome>).done('given_up');
    } else {
      (waiter as Waiter<void>).done();
    }
  }

  function giveUpWaiting(lane: Lane): void {
    for (const work of worksOf(lane)) giveUp(work, lane.id);
  }

  /** Undefined where there is no room for it. */
  function enqueueStart(id: string, body: JsonObject): Promise<StartOutcome> | undefined {
    const lane = backlog.lane(id);
    if (lane === undefined) {
      warn('session-full', `too many sessions wait for ${client.origin}: the start of session ${id} is dropped`);
      return undefined;
    }
    if (lane.start === undefined) {
      const work: StartWork = { kind: 'start', body, waiter: undefined, attempts: 0, handedOver: false };
      lane.start = work;
      hold.take(work);
      safekeeping.changed(lane);
      if (lane.failures === 0) lane.notBefore = 0;
      backlog.schedule(lane);
      pump();
    }
    const work = lane.start;
    work.waiter ??= createWaiter<StartOutcome>(gate.outage, () => giveUp(work, id));
    return work.waiter.promise;
  }

  function start(sessionId: string, body: JsonObject): Promise<StartOutcome> {
    const id = idOf(sessionId);
    const before = known.get(id);
    if (before !== undefined) return before.promise;
    const promise = enqueueStart(id, body);
    known.add(id, promise ?? Promise.resolve('given_up'), body);
    if (promise === undefined) known.set(id, 'given_up', body);
    return promise ?? Promise.resolve('given_up');
  }

  async function touch(sessionId: string): Promise<void> {
    const id = idOf(sessionId);
    await enqueueStart(id, known.get(id)?.identity ?? { session: { session_id: id } });
  }

  function update(eventId: string, body: JsonObject): Promise<void> {
    if (Object.keys(body).length === 0) return Promise.resolve();
    ledger.made(1);
    const id = idOf(eventId);
    const added = backlog.add(id, body);
    if (added === undefined) {
      warn('session-full', `too much session data waits for ${client.origin}: an update of session ${id} is dropped`);
      ledger.dropped('queue_full', 1, [`session ${id}`]);
      return Promise.resolve();
    }
    const { lane, work, idle } = added;
    safekeeping.changed(lane);
    if (idle) {
      lane.notBefore = Math.max(lane.notBefore, now() + TICK_MS);
      backlog.schedule(lane);
      alarm.atLatest(Math.max(lane.notBefore, gate.until));
    }
    if (work.attempts === 0 && work.calls === 1) hold.take(work);
    work.waiter ??= createWaiter<void>(gate.outage, () => giveUp(work, id));
    return work.waiter.promise;
  }

  function drain(deadline: number): Promise<void> {
    const left: Work[] = [];
    for (const lane of [...backlog.lanes.values()]) {
      left.push(...worksOf(lane));
      if (!lane.asked) lane.notBefore = 0;
      backlog.schedule(lane);
    }
    const drained = drains.wait(left, deadline);
    gate.hurry();
    pump();
    return drained;
  }

  function takeUnsent(): OutgoingRequest[] {
    const requests: OutgoingRequest[] = [];
    for (const lane of backlog.lanes.values()) {
      requests.push(...safekeeping.take(lane));
      for (const work of worksOf(lane)) {
        work.handedOver = true;
        giveUp(work, lane.id);
        hold.release(work);
        drains.over(work);
      }
    }
    backlog.clear();
    return requests;
  }

  return {
    start,
    update,
    touch,
    drain,
    takeUnsent,
    close: client.close,
    started: (id) => known.get(idOf(id))?.state ?? 'unknown',
  };
}
