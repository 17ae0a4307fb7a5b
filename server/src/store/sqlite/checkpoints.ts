import { statSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';

/**
 * Between two rounds. Short, since what a round syncs holds up the sync of a commit; not shorter, so that pages which
 * change all the time are not written at every commit.
 */
const PAUSE_MS = 60;
/**
 * A log of so many bytes is too long: whoever writes waits until it begins anew. With its syncs beside it the writer
 * never rests, and where much arrives a round alone cannot catch up. A log that begins anew is cut to the size limit of
 * `store-file.ts`, which is lower, so that its size tells how long it is.
 */
const TOO_LONG = 44 * 1024 * 1024;
/** For how long writing then goes on, however long the log grows, where a reader would not let go of its beginning. */
const IN_VAIN_MS = 1000;

/** The writer's side of the thread that brings the log back into the file. */
export class Checkpoints {
  readonly #file: string;
  readonly #released: () => void;
  #worker: Worker | undefined;
  #timer: NodeJS.Timeout | undefined;
  #round: 'none' | 'brief' | 'patient' = 'none';
  #again = false;
  #holding = false;
  #mayHoldFrom = 0;

  /** `released` is called when the writer need not wait any more. */
  constructor(file: string, released: () => void) {
    this.#file = file;
    this.#released = released;
  }

  /** Whoever writes waits. */
  get holding(): boolean {
    return this.#holding;
  }

  /** Something was committed: the log has grown. */
  committed(): void {
    this.#again = true;
    if (this.#tooLong && Date.now() >= this.#mayHoldFrom) {
      this.#holding = true;
      if (this.#round === 'none') this.#start('patient');
    } else {
      this.#startLater();
    }
  }

  get #tooLong(): boolean {
    try {
      return statSync(`${this.#file}-wal`).size > TOO_LONG;
    } catch {
      // Not there yet, or a disk that fails: the next write meets that.
      return false;
    }
  }

  /** A full disk: what is free is for the writer, until it has committed something again. */
  hold(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#again = false;
  }

  #startLater(): void {
    if (this.#round !== 'none' || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => this.#start('brief'), PAUSE_MS);
    this.#timer.unref();
  }

  #start(round: 'brief' | 'patient'): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#round = round;
    this.#again = false;
    this.#worker ??= this.#open();
    this.#worker.postMessage(round);
  }

  #open(): Worker {
    const worker = new Worker(join(__dirname, 'checkpoint-thread.js'), { workerData: { file: this.#file } });
    worker.unref();
    worker.on('message', ({ done }: { done: boolean }) => this.#ended(done));
    // Without it the log only grows until the writer's own limit, where it sees to it itself.
    worker.on('error', () => {
      this.#worker = undefined;
      this.#round = 'patient';
      this.#ended(false);
    });
    return worker;
  }

  #ended(done: boolean): void {
    const round = this.#round;
    this.#round = 'none';
    if (this.#holding && !done && round === 'brief') {
      this.#start('patient');
      return;
    }
    if (this.#again) this.#startLater();
    if (!this.#holding) return;
    if (!done) this.#mayHoldFrom = Date.now() + IN_VAIN_MS;
    this.#holding = false;
    this.#released();
  }

  /** Resolves when the thread has let go of the file. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    const worker = this.#worker;
    if (worker === undefined) return;
    await new Promise<void>((resolve) => {
      worker.once('exit', () => resolve());
      worker.postMessage('close');
    });
  }
}
