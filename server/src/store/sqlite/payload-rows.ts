import type { JsonObject } from '../../wire/value.js';
import type { Database, Row, Statement } from './driver.js';
import { hashOf, type Payload, pack, SHARED_FROM, share, unpack, unshare } from './payload.js';

/** The fat rows: payloads, the texts they share, and resources. */
export class PayloadRows {
  readonly #insert: Statement;
  readonly #select: Statement;
  readonly #useBlob: Statement;
  readonly #insertBlob: Statement;
  readonly #selectBlob: Statement;
  readonly #selectResource: Statement;
  readonly #insertResource: Statement;
  /** Ids by identity: spans of one request share the object. */
  readonly #resources = new Map<JsonObject, number>();

  constructor(db: Database) {
    this.#insert = db.prepare('INSERT INTO payloads(span_pk, encoding, data, refs) VALUES(?, ?, ?, ?)');
    this.#select = db.prepare('SELECT encoding, data FROM payloads WHERE span_pk = ?');
    this.#useBlob = db.prepare('UPDATE blobs SET refs = refs + 1 WHERE hash = ? RETURNING id');
    this.#insertBlob = db.prepare('INSERT INTO blobs(hash, encoding, data, refs) VALUES(?, ?, ?, 1)');
    this.#selectBlob = db.prepare('SELECT encoding, data FROM blobs WHERE id = ?');
    this.#selectResource = db.prepare('SELECT id FROM resources WHERE hash = ?');
    this.#insertResource = db.prepare('INSERT INTO resources(hash, data) VALUES(?, ?)');
  }

  /** `json` is the payload's JSON, which the caller has already made for its hash. */
  write(pk: number, payload: Payload, json: Buffer): void {
    const refs: number[] = [];
    const keep = (one: string): number => {
      const blob = this.#keepBlob(one);
      refs.push(blob);
      return blob;
    };
    let packed = json;
    // Nothing in a short payload is long enough to be shared.
    if (json.length >= SHARED_FROM) {
      const shared = {
        ...payload,
        attributes: share(payload.attributes, keep),
        events: payload.events.map((event) => ({ ...event, attributes: share(event.attributes, keep) })),
      };
      packed = Buffer.from(JSON.stringify(shared));
    }
    const { encoding, data } = pack(packed);
    this.#insert.run(pk, encoding, data, refs.length > 0 ? JSON.stringify(refs) : null);
  }

  #keepBlob(text: string): number {
    const raw = Buffer.from(text);
    const hash = hashOf(raw);
    const known = this.#useBlob.get(hash);
    if (known) return Number(known.id);
    const { encoding, data } = pack(raw);
    return this.#insertBlob.run(hash, encoding, data).lastInsertRowid;
  }

  read(pk: number): Payload | undefined {
    const row = this.#select.get(pk);
    if (!row) return undefined;
    const payload = JSON.parse(unpack(Number(row.encoding), row.data as Uint8Array)) as Payload;
    const find = (blob: number): string => {
      const found = this.#selectBlob.get(blob) as Row;
      return unpack(Number(found.encoding), found.data as Uint8Array);
    };
    return {
      ...payload,
      attributes: unshare(payload.attributes, find),
      events: payload.events.map((event) => ({ ...event, attributes: unshare(event.attributes, find) })),
    };
  }

  resourceId(resource: JsonObject): number {
    const cached = this.#resources.get(resource);
    if (cached !== undefined) return cached;
    const text = JSON.stringify(resource);
    const hash = hashOf(text);
    const id = Number(this.#selectResource.get(hash)?.id ?? this.#insertResource.run(hash, text).lastInsertRowid);
    this.#resources.set(resource, id);
    return id;
  }

  /** At the end of a transaction, committed or not. */
  forget(): void {
    this.#resources.clear();
  }
}
