import type { Database, Row, Statement } from './driver.js';
import { hashOf, type PackedPayload, type PackedText, type Payload, unpackPayload, unpackText } from './payload.js';
import { RecentMap } from './recent-map.js';

const RESOURCES = 1000;

/** The fat rows: payloads, the texts they share, and resources. */
export class PayloadRows {
  readonly #insert: Statement;
  readonly #useBlob: Statement;
  readonly #insertBlob: Statement;
  readonly #selectResource: Statement;
  readonly #insertResource: Statement;
  readonly #stored: StoredPayloads;
  readonly #resources = new RecentMap<string, number>(RESOURCES);

  constructor(db: Database) {
    this.#insert = db.prepare('INSERT INTO payloads(span_pk, encoding, data, refs) VALUES(?, ?, ?, ?)');
    this.#useBlob = db.prepare('UPDATE blobs SET refs = refs + 1 WHERE hash = ? RETURNING id');
    this.#insertBlob = db.prepare('INSERT INTO blobs(hash, encoding, data, refs) VALUES(?, ?, ?, 1)');
    this.#selectResource = db.prepare('SELECT id FROM resources WHERE hash = ?');
    this.#insertResource = db.prepare('INSERT INTO resources(hash, data) VALUES(?, ?)');
    this.#stored = new StoredPayloads(db);
  }

  write(pk: number, { encoding, data, texts }: PackedPayload): void {
    const refs = texts.length === 0 ? null : JSON.stringify(texts.map((text) => this.#keepBlob(text)));
    this.#insert.run(pk, encoding, data, refs);
  }

  #keepBlob({ hash, encoding, data }: PackedText): number {
    const known = this.#useBlob.get(hash);
    return known ? Number(known.id) : this.#insertBlob.run(hash, encoding, data).lastInsertRowid;
  }

  read(pk: number): Payload | undefined {
    return this.#stored.read(pk);
  }

  resourceId(json: string): number {
    const cached = this.#resources.get(json);
    if (cached !== undefined) return cached;
    const hash = hashOf(json);
    const id = Number(this.#selectResource.get(hash)?.id ?? this.#insertResource.run(hash, json).lastInsertRowid);
    this.#resources.set(json, id);
    return id;
  }

  /** What was remembered of a transaction that was rolled back is not true any more. */
  forget(): void {
    this.#resources.clear();
  }
}

/** Payloads put together again, for readers and the writer alike. */
export class StoredPayloads {
  readonly #select: Statement;
  readonly #selectBlob: Statement;

  constructor(db: Database) {
    this.#select = db.prepare('SELECT encoding, data, refs FROM payloads WHERE span_pk = ?');
    this.#selectBlob = db.prepare('SELECT encoding, data FROM blobs WHERE id = ?');
  }

  read(pk: number): Payload | undefined {
    const row = this.#select.get(pk);
    if (!row) return undefined;
    const refs = row.refs === null ? [] : (JSON.parse(String(row.refs)) as number[]);
    const byId = (id: number): string => unpackText(packed(this.#selectBlob.get(id) as Row));
    return unpackPayload(packed(row), { byId, byPlace: (place) => byId(refs[place] as number) });
  }
}

function packed(row: Row): { encoding: number; data: Uint8Array } {
  return { encoding: Number(row.encoding), data: row.data as Uint8Array };
}
