import { type MessagePort, Worker } from 'node:worker_threads';
import { QueryError } from '../../query/ast.js';
import { MalformedRequest } from '../../wire/span-record.js';
import { StoreError } from '../store-error.js';
import type { Answer, Call } from './messages.js';
import { StoreFileError } from './store-file.js';
import { classify } from './trouble.js';

/** What a call makes is garbage once it is answered: little room for it means short pauses, and less memory. */
const YOUNG_MB = 8;

interface Waiting {
  resolve: (value: never) => void;
  reject: (error: Error) => void;
}

export interface Hello {
  ready: boolean;
  driver?: string;
  error?: { name: string; message: string; code: string | undefined };
}

/** A worker that owns one database connection, seen from the HTTP thread. */
export class StoreThread {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;
  #gone: Error | undefined;
  readonly hello: Promise<Hello>;
  /** Resolves when no call can be answered any more, for whatever reason. */
  readonly ended: Promise<void>;
  #end: () => void = () => undefined;

  /** `say` is told in words what the thread does with its file, `removed` that it let something go by itself. */
  constructor(
    script: string,
    data: object,
    transfer: MessagePort[] = [],
    say: (notice: string) => void = () => {},
    removed: () => void = () => {},
  ) {
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
    this.#worker = new Worker(script, {
      workerData: data,
      transferList: transfer,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
    });
    this.hello = new Promise((resolve, reject) => {
      this.#worker.on('message', (message: Hello | Answer | { notice: string } | { removed: true }) => {
        if ('notice' in message) say(message.notice);
        else if ('removed' in message) removed();
        else if (!('ready' in message)) this.#settle(message);
        else if (message.ready) resolve(message);
        else reject(revive(message.error as NonNullable<Hello['error']>));
      });
      this.#worker.once('error', reject);
      this.#worker.once('exit', () => reject(new StoreError('unavailable', 'the store has been closed')));
    });
    this.#worker.on('error', (error: Error) => this.#fail(error));
    this.#worker.on('exit', () => this.#fail(new StoreError('unavailable', 'the store has been closed')));
  }

  /** The number of the call made last. */
  get lastId(): number {
    return this.#lastId;
  }

  /** No call can be answered any more. */
  get isGone(): boolean {
    return this.#gone !== undefined;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  /** `through`: the thread that the call is handed to, which passes it on to this one. This one answers. */
  call<T>(op: string, args: unknown[], transfer: ArrayBuffer[] = [], through: StoreThread = this): Promise<T> {
    const gone = this.#gone ?? through.#gone;
    if (gone) return Promise.reject(gone);
    const id = ++this.#lastId;
    return new Promise<T>((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as Waiting['resolve'], reject });
      const call: Call = { id, op, args };
      through.#worker.postMessage(call, transfer);
    });
  }

  /** What waits for this thread fails when `other` ends: it may have been on its way through there. */
  dependOn(other: StoreThread): void {
    other.#worker.on('error', (error: Error) => this.#fail(error));
  }

  #settle(answer: Answer): void {
    const waiting = this.#waiting.get(answer.id);
    if (!waiting) return;
    this.#waiting.delete(answer.id);
    if ('error' in answer) waiting.reject(revive(answer.error));
    else waiting.resolve(answer.value as never);
  }

  #fail(error: Error): void {
    this.#gone ??= error instanceof StoreError ? error : new StoreError('unavailable', error.message);
    for (const waiting of this.#waiting.values()) waiting.reject(this.#gone);
    this.#waiting.clear();
    this.#end();
  }

  async close(): Promise<void> {
    if (this.#gone) return;
    await this.call('close', [{}]).catch(() => undefined);
    await this.#worker.terminate();
  }

  /** Ends a query that takes too long; the thread goes with it. */
  async kill(): Promise<void> {
    this.#fail(new StoreError('too_slow', 'the query was ended because it took too long'));
    await this.#worker.terminate();
  }
}

function revive(error: NonNullable<Hello['error']>): Error {
  if (error.name === 'MalformedRequest') return new MalformedRequest(error.message, error.code);
  if (error.name === 'QueryError') return new QueryError(error.message);
  if (error.name === 'StoreFileError') return new StoreFileError(error.code as StoreFileError['code'], error.message);
  if (error.name === 'StoreError') return new StoreError(error.code as StoreError['code'], error.message);
  const trouble = classify(error);
  if (trouble === 'full' || trouble === 'failing')
    return new StoreError('full', `the store cannot write: ${error.message}`);
  if (trouble === 'damaged')
    return new StoreError(
      'damaged',
      `the database is damaged (${error.message}): keep a copy of it, export what can still be read, and begin a new one with another --db`,
    );
  const revived = new Error(error.message);
  revived.name = error.name;
  return revived;
}
