import { join } from 'node:path';
import { Worker } from 'node:worker_threads';

/**
 * Between two rounds. Short, since what a round syncs holds up the sync of a commit; not shorter, so that pages which
 * change all the time are not written at every commit.
 */
const PAUSE_MS = 60;

/** The writer's side of the thread that brings the log back into the file. */
export class Checkpoints {
  readonly #file: string;
  #worker: Worker | undefined;
  #timer: NodeJS.Timeout | undefined;
  #busy = false;
  #again = false;

  constructor(file: string) {
    this.#file = file;
  }

  /** Something was committed: the log has grown. */
  committed(): void {
    this.#again = true;
    if (this.#busy || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => this.#start(), PAUSE_MS);
    this.#timer.unref();
  }

  /** A full disk: what is free is for the writer, until it has committed something again. */
  hold(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#again = false;
  }

  #start(): void {
    this.#timer = undefined;
    this.#busy = true;
    this.#again = false;
    this.#worker ??= this.#open();
    this.#worker.postMessage('work');
  }

  #open(): Worker {
    const worker = new Worker(join(__dirname, 'checkpoint-thread.js'), { workerData: { file: this.#file } });
    worker.unref();
    worker.on('message', () => {
      this.#busy = false;
      if (this.#again) this.committed();
    });
    // Without it the log only grows until the writer's own limit, where it sees to it itself.
    worker.on('error', () => {
      this.#worker = undefined;
      this.#busy = false;
    });
    return worker;
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
