import type { Database, Row, Statement } from './driver.js';
import { type PackedPayload, type PackedText, type Payload, unpackPayload, unpackText } from './payload.js';

/** The fat rows: payloads, and the texts they share. */
export class PayloadRows {
  readonly #insert: Statement;
  readonly #useBlob: Statement;
  readonly #insertBlob: Statement;
  readonly #stored: StoredPayloads;

  constructor(db: Database) {
    this.#insert = db.prepare('INSERT INTO payloads(span_pk, encoding, data, refs) VALUES(?, ?, ?, ?)');
    this.#useBlob = db.prepare('UPDATE blobs SET refs = refs + 1 WHERE hash = ? RETURNING id');
    this.#insertBlob = db.prepare('INSERT INTO blobs(hash, encoding, data, refs) VALUES(?, ?, ?, 1)');
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
}

/** Payloads put together again, for readers and the writer alike. */
export class StoredPayloads {
  readonly #select: Statement;
  readonly #selectBlob: Statement;
  #characters = 0;

  constructor(db: Database) {
    this.#select = db.prepare('SELECT encoding, data, refs FROM payloads WHERE span_pk = ?');
    this.#selectBlob = db.prepare('SELECT encoding, data FROM blobs WHERE id = ?');
  }

  /** About how many characters were read so far, unpacked. */
  get characters(): number {
    return this.#characters;
  }

  read(pk: number): Payload | undefined {
    const row = this.#select.get(pk);
    if (!row) return undefined;
    this.#characters += (row.data as Uint8Array).length;
    const refs = row.refs === null ? [] : (JSON.parse(String(row.refs)) as number[]);
    const byId = (id: number): string => {
      const text = unpackText(packed(this.#selectBlob.get(id) as Row));
      this.#characters += text.length;
      return text;
    };
    return unpackPayload(packed(row), { byId, byPlace: (place) => byId(refs[place] as number) });
  }
}

function packed(row: Row): { encoding: number; data: Uint8Array } {
  return { encoding: Number(row.encoding), data: row.data as Uint8Array };
}
