import { messageOf } from '../base/errors.js';
import { platform } from '../base/platform.js';
import { shared } from '../base/slot.js';
import { clearTimeout, now, setImmediate, setTimeout } from '../base/timers.js';
import { debug } from '../base/warn.js';
import type { OutgoingRequest } from './contract.js';
import { sendByChild } from './exit-child.js';
import { SIGNALS, watchSignals } from './exit-signals.js';

/** How much longer than without tracing the process may live, all in all, in ms. */
const BUDGET_MS = 1_800;

/** One delivery, as the end of the process sees it. */
export interface ExitMember {
  /** Ends what is still open. */
  end(): void;
  /** Whether anything is unsent. */
  waiting(): boolean;
  /** Tries again at once. */
  hurry(): void;
  /** Delivers for at most that long; never rejects. */
  settle(timeoutMs: number): Promise<void>;
  /** Hands over everything unsent; `done` is told which requests were acknowledged. */
  take(): { requests: OutgoingRequest[]; done(acknowledged: readonly boolean[]): void };
}

interface ExitState {
  readonly members: Set<ExitMember>;
  uninstall: (() => void) | undefined;
  spentMs: number;
}

const state = (): ExitState =>
  shared('delivery.exit', () => ({ members: new Set<ExitMember>(), uninstall: undefined, spentMs: 0 }));

/**
 * From now on the end of the process waits for this member, whichever way it comes. One set of hooks serves every
 * tracer of the process. Returns how to leave; the hooks go with the last member.
 */
export function joinExit(member: ExitMember): () => void {
  const { members } = state();
  members.add(member);
  state().uninstall ??= install();
  return () => {
    members.delete(member);
    if (members.size > 0) return;
    state().uninstall?.();
    state().uninstall = undefined;
  };
}

function install(): () => void {
  const stopEmit = watchEmit();
  // First in line: an exit listener of the app may call process.exit() again, and no further one runs then.
  process.prependListener('exit', lastDelivery);
  const stopSignals = platform('node:worker_threads').isMainThread ? watchSignals(lastDelivery) : undefined;
  return () => {
    stopEmit();
    process.removeListener('exit', lastDelivery);
    stopSignals?.();
  };
}

type Emit = (this: NodeJS.Process, ...args: unknown[]) => boolean;

/**
 * Sees events of the process without being one of its listeners. An asynchronous listener of `beforeExit` makes Node
 * emit it again, to the app's listeners too; holding the first one back until all is sent, they fire as often as
 * without tracing. And only from here can be seen what the app's own `exit` listeners leave behind.
 */
function watchEmit(): () => void {
  const holder = process as unknown as { emit: Emit };
  const original = holder.emit;
  const own = Object.hasOwn(process, 'emit');
  let active = true;

  const emit: Emit = function (...args) {
    if (active && args[0] === 'beforeExit' && holdsExitBack()) return true;
    // The app has a handler and decides what happens; meanwhile, deliver.
    if (active && SIGNALS.includes(args[0] as NodeJS.Signals)) hurry();
    if (!active || args[0] !== 'exit') return Reflect.apply(original, this, args);
    try {
      return Reflect.apply(original, this, args);
    } finally {
      lastDelivery();
    }
  };
  holder.emit = emit;
  return () => {
    active = false;
    if (holder.emit !== emit) return;
    if (own) holder.emit = original;
    else delete (process as unknown as { emit?: Emit }).emit;
  };
}

/** The event loop is empty. Whether something is left to send, and time to do it. */
function holdsExitBack(): boolean {
  const { members } = state();
  // Nothing can end an open span any more, unless a listener of the app goes on.
  if (process.listenerCount('beforeExit') === 0) endAll();
  const waiting = [...members].filter((member) => guarded(() => member.waiting(), false));
  const left = BUDGET_MS - state().spentMs;
  if (waiting.length === 0 || left < 50) return false;
  const started = now();
  // Node emits `beforeExit` again only if the loop has turned; what delivers may hold nothing that turns it.
  const awake = setTimeout(() => undefined, left);
  void Promise.all(waiting.map((member) => member.settle(left))).then(() => {
    state().spentMs += now() - started;
    clearTimeout(awake);
    setImmediate(() => undefined);
  });
  return true;
}

/** The last thing that happens: nothing asynchronous runs after it. */
function lastDelivery(): void {
  endAll();
  const bundles = [...state().members]
    .map((member) => guarded(() => member.take(), undefined))
    .filter((bundle) => bundle !== undefined);
  const started = now();
  const left = BUDGET_MS - state().spentMs;
  const acknowledged = sendByChild(
    bundles.flatMap((bundle) => bundle.requests),
    left,
  );
  state().spentMs += now() - started;
  let at = 0;
  for (const { requests, done } of bundles) {
    const own = acknowledged.slice(at, at + requests.length);
    at += requests.length;
    guarded(() => done(own), undefined);
  }
}

function endAll(): void {
  for (const member of state().members) guarded(() => member.end(), undefined);
}

function hurry(): void {
  for (const member of state().members) guarded(() => member.hurry(), undefined);
}

function guarded<T>(run: () => T, otherwise: T): T {
  try {
    return run();
  } catch (error) {
    debug(`at the end of the process: ${messageOf(error)}`);
    return otherwise;
  }
}
