import { shared } from './slot.js';
import { now, setImmediate } from './timers.js';

const WINDOW_MS = 60_000;
const MAX_CAUSES = 1_000;

interface WarnState {
  readonly last: Map<string, number>;
  verbose: boolean;
}

const state = (): WarnState => shared('warn', () => ({ last: new Map<string, number>(), verbose: false }));

/**
 * One line on stderr that says what is wrong and what to do; at most one per cause and minute.
 * Never stdout: that belongs to the user's program.
 */
export function warn(cause: string, message: string): void {
  const { last } = state();
  const at = now();
  const before = last.get(cause);
  if (before !== undefined && at - before < WINDOW_MS) return;
  if (last.size >= MAX_CAUSES) last.clear();
  last.set(cause, at);
  write(`[honeyhive] ${message}`);
}

/** A line on stderr for those who asked for detail (`verbose`, `HH_VERBOSE`). */
export function debug(message: string): void {
  if (state().verbose) write(`[honeyhive] ${message}`);
}

export function setVerbose(verbose: boolean): void {
  if (verbose) state().verbose = true;
}

let writing = 0;
const ignore = (): void => undefined;

function write(line: string): void {
  const { stderr } = process;
  try {
    // A reader that has gone is told by an event, which ends a program that does not listen.
    if (writing++ === 0) stderr.on('error', ignore);
    // One line stays one line, whatever a server or an error put into it.
    stderr.write(`${line.replace(/\p{Cc}+/gu, ' ')}\n`, () => {
      // The event comes after this.
      setImmediate(() => {
        if (--writing === 0) stderr.removeListener('error', ignore);
      }).unref();
    });
  } catch {
    // A closed stderr must not break the program that is being traced.
  }
}
