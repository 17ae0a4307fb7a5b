import type { PriceTable } from '../../wire/price.js';
import { StoreError } from '../store-error.js';
import type { Scope } from '../trace-store.js';
import { Checkpoints } from './checkpoints.js';
import { Chores } from './chores.js';
import { LogSync } from './log-sync.js';
import type { PruneLimits } from './maintenance.js';
import { type Answer, answerError, type Call } from './messages.js';
import { Operations } from './operations.js';
import type { PreparedBatch } from './prepare.js';
import { Reserve } from './reserve.js';
import { type OpenedStore, openForWriting, type Say } from './store-file.js';
import { classify } from './trouble.js';
import { Writer } from './writer.js';

/** One commit carries at most this much, so that no caller waits for a giant one. */
const GROUP_CALLS = 256;
const GROUP_BYTES = 8 * 1024 * 1024;
/** Where calls are always waiting, chores get a piece done after so many groups. */
const GROUPS_PER_CHORE = 4;
/** After nothing could be written, how long everything is refused before the next try. */
const FULL_MS = 1000;

export interface WriteLoopOptions {
  file: string;
  prices: PriceTable;
  retentionBytes: number | undefined;
  answer: (answer: Answer) => void;
  say: Say;
  /** A session went because there was too much. */
  removed: () => void;
}

/** What belongs to one connection, and is made anew with it. */
interface Opened {
  store: OpenedStore;
  writer: Writer;
  operations: Operations;
  sync: LogSync;
}

/**
 * Writes what it is asked to, in groups of what is waiting: one commit each, answered once it is on the disk. Between
 * groups come chores, a piece at a time: pruning, and merging the text index.
 */
export class WriteLoop {
  readonly #options: WriteLoopOptions;
  readonly #reserve: Reserve;
  readonly #checkpoints: Checkpoints;
  readonly #queue: Call[] = [];
  readonly #chores: Chores;
  #opened: Opened;
  #scheduled = false;
  #groups = 0;
  #fullUntil = 0;
  #why = '';
  #wasFull = false;
  /** A sync of the log failed: what is in the log is not to be trusted before the file has it. */
  #logInDoubt = false;
  /** Why the file could not be opened again after an I/O error. */
  #unopened: Error | undefined;
  #closing = false;

  /** Throws `StoreFileError` where the file cannot be used. */
  constructor(options: WriteLoopOptions) {
    this.#options = options;
    this.#reserve = new Reserve(options.file);
    this.#checkpoints = new Checkpoints(options.file, () => this.#schedule());
    this.#opened = this.#open();
    this.#reserve.hold();
    this.#chores = new Chores({
      connection: () => ({ db: this.#opened.store.db, writer: this.#opened.writer }),
      retentionBytes: options.retentionBytes,
      answer: (answer) => ('error' in answer ? options.answer(this.#explained(answer)) : this.#answerSynced(answer)),
      committed: () => this.#checkpoints.committed(),
      removed: options.removed,
      failed: (error) => {
        if (this.#unopened !== undefined || storageProblem(error) !== undefined)
          this.#recover(error, this.#unopened !== undefined);
      },
    });
    this.retain();
  }

  get driver(): string {
    return this.#opened.store.db.driver;
  }

  #open(): Opened {
    const { file, prices, say } = this.#options;
    const store = openForWriting(file, say);
    const writer = new Writer(store.db, prices);
    return {
      store,
      writer,
      operations: new Operations(store.db, writer, prices),
      sync: new LogSync(file),
    };
  }

  /** Takes a call in; it is run on a later turn, together with what else has come by then. */
  add(call: Call): void {
    this.#queue.push(call);
    this.#schedule();
  }

  // A turn of the event loop a group: only so do syncs that are done get their answers out in between.
  #schedule(): void {
    if (this.#scheduled || this.#closing) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      if (this.#closing || this.#checkpoints.holding) return;
      this.#turn();
      if (this.#queue.length > 0 || this.#chores.mayRemove || (this.#chores.mayMerge && !this.#isResting))
        this.#schedule();
    });
  }

  #turn(): void {
    const group = this.#nextGroup();
    if (group.length > 0) this.#write(group);
    if (group.length === 0 || ++this.#groups % GROUPS_PER_CHORE === 0) this.#chores.run(!this.#isResting);
  }

  #write(group: Call[]): void {
    try {
      this.#runGroup(group);
    } catch (error) {
      // Whatever it is, this thread must not end of it: nothing could be written any more, nor would the file be let go.
      this.#recover(error, true);
      this.#refuse(group, `nothing can be written at the moment: ${String(error)}`);
    }
  }

  #nextGroup(): Call[] {
    const group: Call[] = [];
    let bytes = 0;
    while (group.length < GROUP_CALLS && bytes < GROUP_BYTES) {
      const call = this.#queue.shift();
      if (call === undefined) break;
      if (call.op === 'prune') {
        this.#chores.prune(call.args[1] as PruneLimits, call);
      } else if (call.op === 'deleteSession') {
        this.#chores.delete(call.args[0] as Scope, call.args[1] as string, call);
      } else if (call.op === 'compact') {
        this.#chores.compact(call);
      } else {
        group.push(call);
        bytes += call.op === 'ingest' ? (call.args[1] as PreparedBatch).bytes.byteLength : 1024;
      }
    }
    return group;
  }

  /** Nothing could be written a moment ago. */
  get #isResting(): boolean {
    return Date.now() < this.#fullUntil;
  }

  #runGroup(calls: Call[]): void {
    if (this.#isResting) {
      this.#refuse(calls, `${this.#why}; reading still works`);
      return;
    }
    if (this.#unopened !== undefined) this.#reopen();
    if (this.#unopened !== undefined) {
      this.#fullUntil = Date.now() + FULL_MS;
      this.#refuse(calls, `the file cannot be opened again: ${this.#unopened.message}`);
      return;
    }
    if (this.#attempt(calls)) return;
    // One of them spoiled the group: each gets a transaction of its own, so that the others are kept.
    for (const call of calls) this.#attempt([call]);
  }

  /** False where the group failed and should be tried one by one. */
  #attempt(calls: Call[]): boolean {
    const { writer, operations, sync } = this.#opened;
    let answers: Answer[];
    try {
      if (this.#logInDoubt) this.#emptyLog();
      writer.begin();
      answers = calls.map((call) => ({ id: call.id, value: operations.run(call) }));
      writer.commit();
    } catch (error) {
      const isUsable = writer.rollback();
      const cannotWrite = storageProblem(error) ?? (isUsable ? undefined : String(error));
      if (cannotWrite === undefined) {
        if (calls.length > 1) return false;
        for (const call of calls) this.#options.answer(answerError(call.id, error));
        return true;
      }
      this.#recover(error, !isUsable);
      this.#refuse(calls, cannotWrite);
      return true;
    }
    this.#committed();
    this.#afterSync(sync, (error) => {
      if (error === undefined) for (const answer of answers) this.#options.answer(answer);
      else this.#refuse(calls, `what was written could not be brought to the disk: ${error.message}`);
    });
    return true;
  }

  #committed(): void {
    this.#checkpoints.committed();
    if (!this.#wasFull) return;
    this.#wasFull = false;
    this.#reserve.hold();
  }

  /** Without a connection everything fails, and what a closed one says is not the reason. */
  #explained(answer: Answer): Answer {
    if (this.#unopened === undefined) return answer;
    return answerError(answer.id, new StoreError('full', `the file cannot be opened again: ${this.#unopened.message}`));
  }

  #refuse(calls: Call[], why: string): void {
    for (const call of calls) this.#options.answer(answerError(call.id, new StoreError('full', why)));
  }

  /** Stops writing for a moment, gives the reserve up, and after an I/O error starts over with a fresh connection. */
  #recover(error: unknown, mustReopen = false): void {
    this.#fullUntil = Date.now() + FULL_MS;
    this.#why = `nothing can be written at the moment: ${(error as Error).message}`;
    this.#wasFull = true;
    this.#checkpoints.hold();
    this.#reserve.giveUp();
    if (mustReopen || classify(error) === 'failing') this.#reopen();
  }

  #reopen(): void {
    this.#opened.sync.release();
    try {
      this.#opened.store.release();
    } catch {
      // Closing may fail for the same reason as writing did.
    }
    try {
      this.#opened = this.#open();
      this.#unopened = undefined;
    } catch (error) {
      this.#unopened = error as Error;
    }
  }

  /** Begins the log anew, with all of it in the file: the next commits then do not stand behind a hole. */
  #emptyLog(): void {
    const busy = this.#opened.store.db.prepare('PRAGMA wal_checkpoint(RESTART)').get()?.busy;
    if (Number(busy) !== 0) throw Object.assign(new Error('the log is in use'), { code: 'SQLITE_IOERR' });
    this.#logInDoubt = false;
  }

  #answerSynced(answer: Answer): void {
    // A chore does not empty the log first; then even a sync that succeeds does not tell that it is on the disk.
    const inDoubt = this.#logInDoubt;
    this.#afterSync(this.#opened.sync, (error) => {
      const why = error?.message ?? (inDoubt ? 'what was written before could not be brought to the disk' : undefined);
      this.#options.answer(why === undefined ? answer : answerError(answer.id, new StoreError('full', why)));
    });
  }

  /** A sync that failed is told once: whoever meets it has to see to the log. */
  #afterSync(sync: LogSync, then: (error?: Error) => void): void {
    sync.after((error) => {
      if (error !== undefined) {
        this.#logInDoubt = true;
        if (sync === this.#opened.sync) this.#recover(error);
      }
      then(error);
    });
  }

  /** Looks whether something has to go. */
  retain(): void {
    if (this.#closing) return;
    this.#chores.retain();
    if (this.#chores.mayRemove) this.#schedule();
  }

  /** Writes and answers what has come, then lets go of the file. */
  async close(): Promise<void> {
    this.#closing = true;
    for (let group = this.#nextGroup(); group.length > 0; group = this.#nextGroup()) this.#write(group);
    await this.#opened.sync.settled();
    await this.#checkpoints.close();
    this.#opened.sync.release();
    try {
      this.#opened.store.db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    } catch {
      // The log file is read again at the next start.
    }
    this.#opened.store.release();
  }
}

function storageProblem(error: unknown): string | undefined {
  const trouble = classify(error);
  if (trouble !== 'full' && trouble !== 'failing') return undefined;
  return `nothing can be written at the moment: ${(error as Error).message}`;
}
