import { join } from 'node:path';
import { MessageChannel } from 'node:worker_threads';
import type { Target } from '../../query/fields.js';
import type { HoneyHiveEvent } from '../../wire/honeyhive-event.js';
import type { PriceTable } from '../../wire/price.js';
import type { Session, ThinSpan, WholeSpan } from '../../wire/records.js';
import type { SpanRecord } from '../../wire/span-record.js';
import type { JsonObject } from '../../wire/value.js';
import type { AggregateOptions, AggregateResult } from '../aggregates.js';
import type {
  Changes,
  ChangesOptions,
  DocumentKind,
  EventChange,
  EventPage,
  EventSearch,
  EventsAsked,
  IngestReceipt,
  ListOptions,
  Page,
  PruneReport,
  Scope,
  SessionChange,
  SessionRecords,
  StoredDocument,
  StoreStats,
  TraceStore,
} from '../trace-store.js';
import { ReaderPool } from './reader-pool.js';
import { realFile } from './real-file.js';
import { StoreFileError } from './store-file.js';
import { StoreThread } from './store-thread.js';

export interface SqliteStoreOptions {
  file: string;
  prices?: PriceTable;
  /** The oldest sessions go when the file holds more. */
  retentionBytes?: number;
  /** How long one query may take, in ms. */
  queryBudgetMs?: number;
  /** Told, in words, what happens to the file. */
  onNotice?: (notice: string) => void;
  /** Told that sessions went by themselves, as what is oldest does. */
  onRemoved?: () => void;
}

/** What SQLite takes for a database that is in memory and forgotten with its connection. */
const NO_FILES = new Set(['', ':memory:']);

/** Traces in one SQLite file: a thread that takes spans in, one that writes, threads that read. */
export class SqliteStore implements TraceStore {
  readonly #intake: StoreThread;
  readonly #writer: StoreThread;
  readonly #readers: ReaderPool;
  readonly driver: string;

  private constructor(intake: StoreThread, writer: StoreThread, readers: ReaderPool, driver: string) {
    this.#intake = intake;
    this.#writer = writer;
    this.#readers = readers;
    this.driver = driver;
  }

  /** Rejects with `StoreFileError` where the file cannot be used. */
  static async open(options: SqliteStoreOptions): Promise<SqliteStore> {
    if (NO_FILES.has(options.file.trim()))
      throw new StoreFileError(
        'unusable',
        `the database is '${options.file}', which is no file: traces are kept in one, so name it with --db`,
      );
    const file = realFile(options.file);
    const prices = options.prices ?? {};
    const { port1: fromIntake, port2: toWriter } = new MessageChannel();
    const writer = new StoreThread(
      join(__dirname, 'writer-thread.js'),
      { file, fromIntake, prices, retentionBytes: options.retentionBytes },
      [fromIntake],
      options.onNotice,
      options.onRemoved,
    );
    const hello = await writer.hello;
    const readers = new ReaderPool(file, options.queryBudgetMs);
    const intake = new StoreThread(join(__dirname, 'intake-thread.js'), { toWriter, prices }, [toWriter]);
    writer.dependOn(intake);
    await Promise.all([readers.ready(), intake.hello]);
    return new SqliteStore(intake, writer, readers, hello.driver ?? '');
  }

  /** A thread that ended took with it what it was doing, and is not begun again. */
  get unwritable(): string | undefined {
    // The intake first: where it fails, the writer takes nothing more either.
    if (this.#intake.isGone) return 'the thread that takes spans in has ended';
    return this.#writer.isGone ? 'the thread that writes has ended' : undefined;
  }

  ingest(scope: Scope, body: Uint8Array, encoding: 'protobuf' | 'json'): Promise<IngestReceipt> {
    // Small buffers live in a shared pool that must not be handed over as a whole.
    const own = body.byteOffset === 0 && body.byteLength === body.buffer.byteLength ? body : new Uint8Array(body);
    return this.#writer.call('ingest', [scope, own, encoding], [own.buffer as ArrayBuffer], this.#intake);
  }

  writeSpans(scope: Scope, spans: SpanRecord[]): Promise<IngestReceipt> {
    return this.#writer.call('writeSpans', [scope, spans]);
  }

  startSession(scope: Scope, change: SessionChange): Promise<{ sessionId: string; project: string; seq: number }> {
    return this.#writer.call('startSession', [scope, change]);
  }

  updateEvent(scope: Scope, change: EventChange): Promise<{ found: boolean; seq: number }> {
    return this.#writer.call('updateEvent', [scope, change]);
  }

  listSessions(scope: Scope, options: ListOptions, signal?: AbortSignal): Promise<Page<Session>> {
    return options.q === undefined
      ? this.#readers.quick('listSessions', [scope, options])
      : this.#readers.slow('listSessions', [scope, options], signal);
  }

  getSession(
    scope: Scope,
    sessionId: string,
    options: { limit?: number; cursor?: string },
  ): Promise<{ session: Session; spans: ThinSpan[]; nextCursor: string | null } | undefined> {
    return this.#readers.quick('getSession', [scope, sessionId, options]);
  }

  getSpan(scope: Scope, traceId: string, spanId: string): Promise<WholeSpan | undefined> {
    return this.#readers.quick('getSpan', [scope, traceId, spanId]);
  }

  stats(scope: Scope): Promise<StoreStats> {
    return this.#readers.quick('stats', [scope]);
  }

  listSpans(scope: Scope, options: ListOptions, signal?: AbortSignal): Promise<Page<ThinSpan>> {
    return this.#readers.slow('listSpans', [scope, options], signal);
  }

  aggregate(scope: Scope, target: Target, options: AggregateOptions, signal?: AbortSignal): Promise<AggregateResult> {
    return this.#readers.slow('aggregate', [scope, target, options], signal);
  }

  searchEvents(
    scope: Scope,
    search: EventSearch,
    signal?: AbortSignal,
  ): Promise<{ events: HoneyHiveEvent[]; total: number }> {
    return this.#readers.slow('searchEvents', [scope, search], signal);
  }

  pageEvents(scope: Scope, asked: EventsAsked, cursor?: string, signal?: AbortSignal): Promise<EventPage> {
    return this.#readers.slow('pageEvents', [scope, asked, cursor], signal);
  }

  getEvent(scope: Scope, eventId: string): Promise<HoneyHiveEvent | undefined> {
    return this.#readers.quick('getEvent', [scope, eventId]);
  }

  changes(scope: Scope, after: number, options: ChangesOptions = {}): Promise<Changes> {
    return this.#readers.quick('changes', [scope, after, options]);
  }

  exportSession(scope: Scope, sessionId: string, cursor?: string): Promise<SessionRecords | undefined> {
    return this.#readers.slow('exportSession', [scope, sessionId, cursor]);
  }

  deleteSession(scope: Scope, sessionId: string): Promise<{ spans: number }> {
    return this.#writer.call('deleteSession', [scope, sessionId]);
  }

  putDocument(
    scope: Scope,
    kind: DocumentKind,
    document: { id: string; name?: string; parent?: string; body: JsonObject; project?: string },
    mode: 'create' | 'merge',
  ): Promise<StoredDocument | undefined> {
    return this.#writer.call('putDocument', [scope, kind, document, mode]);
  }

  getDocument(scope: Scope, kind: DocumentKind, id: string): Promise<StoredDocument | undefined> {
    return this.#readers.quick('getDocument', [scope, kind, id]);
  }

  listDocuments(
    scope: Scope,
    kind: DocumentKind,
    filter: { parent?: string; name?: string; limit?: number; offset?: number },
  ): Promise<StoredDocument[]> {
    return this.#readers.quick('listDocuments', [scope, kind, filter]);
  }

  deleteDocument(scope: Scope, kind: DocumentKind, id: string): Promise<boolean> {
    return this.#writer.call('deleteDocument', [scope, kind, id]);
  }

  prune(limits: { maxBytes?: number; beforeMs?: number; sessions?: number }): Promise<PruneReport> {
    return this.#writer.call('prune', [{}, limits]);
  }

  compact(): Promise<{ dbBytes: number }> {
    return this.#writer.call('compact', [{}]);
  }

  async close(): Promise<void> {
    await this.#readers.close();
    await this.#intake.close();
    await this.#writer.close();
  }
}
