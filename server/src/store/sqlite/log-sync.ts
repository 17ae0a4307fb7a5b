import { close, fdatasync, openSync } from 'node:fs';

type Synced = (error?: Error) => void;

/**
 * Brings what was committed to the disk before it is answered, while the next group is being written already. SQLite
 * itself (`synchronous = NORMAL`) leaves the log to us at a commit and only syncs it around checkpoints; one sync here
 * covers all commits before it. https://sqlite.org/pragma.html#pragma_synchronous
 */
export class LogSync {
  readonly #log: string;
  #handle: number | undefined;
  #waiting: Synced[] = [];
  #busy = false;
  #released = false;
  #idle: (() => void) | undefined;

  constructor(database: string) {
    this.#log = `${database}-wal`;
  }

  /** Calls back in order of the calls, once everything committed so far is on the disk; with the reason where it is not. */
  after(synced: Synced): void {
    this.#waiting.push(synced);
    if (!this.#busy) this.#sync();
  }

  #sync(): void {
    const covered = this.#waiting;
    this.#waiting = [];
    this.#busy = true;
    const done = (error: Error | null): void => {
      this.#busy = false;
      // Which pages a failed sync has lost nobody can tell, so what was committed behind them is in doubt as well.
      const settled = error ? [...covered, ...this.#waiting.splice(0)] : covered;
      for (const synced of settled) synced(error ?? undefined);
      if (this.#waiting.length > 0) {
        this.#sync();
        return;
      }
      if (this.#released) this.release();
      this.#idle?.();
    };
    try {
      // Only now: the log comes into being with the first commit.
      this.#handle ??= openSync(this.#log, 'r+');
    } catch (error) {
      setImmediate(done, error as Error);
      return;
    }
    fdatasync(this.#handle, done);
  }

  /** Resolves when all that waits has been called back. */
  settled(): Promise<void> {
    if (!this.#busy) return Promise.resolve();
    return new Promise((resolve) => {
      this.#idle = resolve;
    });
  }

  /** Lets go of the log, after the sync that may be on its way. */
  release(): void {
    this.#released = true;
    if (this.#busy) return;
    if (this.#handle !== undefined) close(this.#handle, () => undefined);
    this.#handle = undefined;
  }
}
