import { join } from 'node:path';
import type { PriceTable } from '../../wire/price.js';
import type { SpanRecord } from '../../wire/span-record.js';
import type { EventChange, IngestReceipt, ListOptions, Page, Scope, Session, SessionChange, StoreStats, ThinSpan, TraceStore, WholeSpan } from '../trace-store.js';
import { StoreThread } from './store-thread.js';

export interface SqliteStoreOptions {
  file: string;
  prices?: PriceTable;
}

/** Traces in one SQLite file: a thread that writes, a thread that reads. */
export class SqliteStore implements TraceStore {
  readonly #writer: StoreThread;
  readonly #reader: StoreThread;
  readonly notices: readonly string[];
  readonly driver: string;

  private constructor(writer: StoreThread, reader: StoreThread, notices: readonly string[], driver: string) {
    this.#writer = writer;
    this.#reader = reader;
    this.notices = notices;
    this.driver = driver;
  }

  /** Rejects with `StoreFileError` where the file cannot be used. */
  static async open(options: SqliteStoreOptions): Promise<SqliteStore> {
    const writer = new StoreThread(join(__dirname, 'writer-thread.js'), { file: options.file, prices: options.prices ?? {} });
    const hello = await writer.hello;
    const reader = new StoreThread(join(__dirname, 'reader-thread.js'), { file: options.file });
    await reader.hello;
    return new SqliteStore(writer, reader, hello.notices ?? [], hello.driver ?? '');
  }

  ingest(scope: Scope, body: Uint8Array, encoding: 'protobuf' | 'json'): Promise<IngestReceipt> {
    // Small buffers live in a shared pool that must not be handed over as a whole.
    const own = body.byteOffset === 0 && body.byteLength === body.buffer.byteLength ? body : new Uint8Array(body);
    return this.#writer.call('ingest', [scope, own, encoding], [own.buffer as ArrayBuffer]);
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

  listSessions(scope: Scope, options: ListOptions): Promise<Page<Session>> {
    return this.#reader.call('listSessions', [scope, options]);
  }

  getSession(scope: Scope, sessionId: string, options: { limit?: number; cursor?: string }): Promise<{ session: Session; spans: ThinSpan[]; nextCursor: string | null } | undefined> {
    return this.#reader.call('getSession', [scope, sessionId, options]);
  }

  getSpan(scope: Scope, traceId: string, spanId: string): Promise<WholeSpan | undefined> {
    return this.#reader.call('getSpan', [scope, traceId, spanId]);
  }

  stats(scope: Scope): Promise<StoreStats> {
    return this.#reader.call('stats', [scope]);
  }

  async close(): Promise<void> {
    await this.#reader.close();
    await this.#writer.close();
  }
}
