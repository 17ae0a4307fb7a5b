import type { Scope } from '../trace-store.js';
import { type Connection, Deletion } from './deletion.js';
import { type PruneLimits, Pruning, usedBytes } from './maintenance.js';
import { type Answer, answerError, type Call } from './messages.js';

/** Where texts can always be merged, pruning gets a piece done after so many pieces of that. */
const MERGES_PER_PRUNING = 8;

export interface ChoresOptions {
  connection: Connection;
  retentionBytes: number | undefined;
  /** What is asked for is answered once it is on the disk; what failed, at once. */
  answer: (answer: Answer) => void;
  /** Something was committed. */
  committed: () => void;
  /** A session went without anybody asking for it. */
  removed: () => void;
  /** Something could not be done. */
  failed: (error: unknown) => void;
}

interface Task {
  /** `step` does a transaction's worth; false when nothing is left to do. */
  work: { step(): boolean; readonly report: { readonly sessions?: number; readonly spans: number } };
  call: Call | undefined;
}

/** What can wait: removing, and merging the text index, a piece at a time between commits. */
export class Chores {
  readonly #options: ChoresOptions;
  readonly #deletions: Task[] = [];
  readonly #prunings: Task[] = [];
  #merged = 0;

  constructor(options: ChoresOptions) {
    this.#options = options;
  }

  get mayRemove(): boolean {
    return this.#deletions.length + this.#prunings.length > 0;
  }

  get mayMerge(): boolean {
    return this.#options.connection().writer.texts.due;
  }

  /** `merge`: not on a full disk, where it would be tried without end. */
  run(merge: boolean): void {
    // Pruning looks at the file's size, which only shrinks once the texts are merged.
    if (merge && this.mayMerge) this.#mergeText();
    // Somebody waits for a deletion, and it does not look at the file's size.
    if (this.#deletions.length > 0) this.#advance(this.#deletions);
    else if (!this.mayMerge || ++this.#merged % MERGES_PER_PRUNING === 0) this.#advance(this.#prunings);
  }

  #advance(tasks: Task[]): void {
    const [current] = tasks;
    if (current === undefined) return;
    const { work, call } = current;
    try {
      const { sessions } = work.report;
      const more = work.step();
      this.#options.committed();
      if (call === undefined && work.report.sessions !== sessions) this.#options.removed();
      if (more) return;
      if (call) this.#options.answer({ id: call.id, value: work.report });
    } catch (error) {
      if (call) this.#options.answer(answerError(call.id, error));
      this.#options.failed(error);
    }
    tasks.shift();
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
    this.#prunings.push({ work: new Pruning(db, writer, limits, begun), call });
  }

  /** A session of this id goes, from every project that the caller may see. */
  delete(scope: Scope, id: string, call: Call): void {
    this.#deletions.push({ work: new Deletion(this.#options.connection, scope, id), call });
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
    if (this.mayRemove) return;
    const { db, writer } = connection();
    try {
      const begun = writer.removal.going.first;
      if (begun !== undefined) this.prune({}, undefined, begun);
      else if (retentionBytes !== undefined && usedBytes(db) > retentionBytes) this.prune({ maxBytes: retentionBytes });
    } catch {
      // Tried again the next time.
    }
  }
}
