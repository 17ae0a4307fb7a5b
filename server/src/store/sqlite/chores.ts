import type { Database } from './driver.js';
import { type PruneLimits, Pruning, usedBytes } from './maintenance.js';
import { type Answer, answerError, type Call } from './messages.js';
import type { Writer } from './writer.js';

/** Where texts can always be merged, pruning gets a piece done after so many pieces of that. */
const MERGES_PER_PRUNING = 8;

export interface ChoresOptions {
  /** The connection there is now: it is made anew after an I/O error. */
  connection: () => { db: Database; writer: Writer };
  retentionBytes: number | undefined;
  /** What is asked for is answered once it is on the disk; what failed, at once. */
  answer: (answer: Answer) => void;
  /** Something was committed. */
  committed: () => void;
  /** A session went without anybody asking for it. */
  removed: () => void;
}

/** What can wait: pruning, and merging the text index, a piece at a time between commits. */
export class Chores {
  readonly #options: ChoresOptions;
  readonly #prunings: { pruning: Pruning; call: Call | undefined }[] = [];
  #merged = 0;

  constructor(options: ChoresOptions) {
    this.#options = options;
  }

  get mayPrune(): boolean {
    return this.#prunings.length > 0;
  }

  get mayMerge(): boolean {
    return this.#options.connection().writer.texts.due;
  }

  /** `merge`: not on a full disk, where it would be tried without end. */
  run(merge: boolean): void {
    // Pruning looks at the file's size, which only shrinks once the texts are merged.
    if (merge && this.mayMerge) this.#mergeText();
    const current = this.#prunings[0];
    if (current === undefined || (this.mayMerge && ++this.#merged % MERGES_PER_PRUNING !== 0)) return;
    try {
      const { sessions } = current.pruning.report;
      if (current.pruning.step()) {
        this.#options.committed();
        if (current.call === undefined && current.pruning.report.sessions > sessions) this.#options.removed();
        return;
      }
      if (current.call) this.#options.answer({ id: current.call.id, value: current.pruning.report });
    } catch (error) {
      if (current.call) this.#options.answer(answerError(current.call.id, error));
    }
    this.#prunings.shift();
  }

  #mergeText(): void {
    try {
      this.#options.connection().writer.texts.step();
      this.#options.committed();
    } catch {
      // The next commit meets what is wrong, and says so.
    }
  }

  prune(limits: PruneLimits, call?: Call, begun?: number): void {
    const { db, writer } = this.#options.connection();
    this.#prunings.push({ pruning: new Pruning(db, writer, limits, begun), call });
  }

  compact(call: Call): void {
    const { db } = this.#options.connection();
    try {
      db.exec('PRAGMA incremental_vacuum; PRAGMA wal_checkpoint(TRUNCATE); PRAGMA optimize');
      this.#options.answer({ id: call.id, value: { dbBytes: usedBytes(db) } });
    } catch (error) {
      this.#options.answer(answerError(call.id, error));
    }
  }

  /** Begins to remove the oldest sessions where the file holds more than it should, or one that is gone in part. */
  retain(): void {
    const { connection, retentionBytes } = this.#options;
    if (this.#prunings.length > 0) return;
    const { db, writer } = connection();
    try {
      const begun = writer.unfinishedRemoval;
      if (begun !== undefined) this.prune({}, undefined, begun);
      else if (retentionBytes !== undefined && usedBytes(db) > retentionBytes) this.prune({ maxBytes: retentionBytes });
    } catch {
      // Tried again the next time.
    }
  }
}
