import type { Database, Statement } from './driver.js';
import { hashOf } from './payload.js';
import { RecentMap } from './recent-map.js';

const REMEMBERED = 1000;

/** What spans were made by: each told apart once, counted, and gone with the last span that has it. */
export class ResourceRows {
  readonly #select: Statement;
  readonly #insert: Statement;
  readonly #count: Statement;
  readonly #drop: Statement;
  readonly #known = new RecentMap<string, number>(REMEMBERED);
  readonly #uses = new Map<number, number>();

  constructor(db: Database) {
    this.#select = db.prepare('SELECT id FROM resources WHERE hash = ?');
    this.#insert = db.prepare('INSERT INTO resources(hash, data) VALUES(?, ?)');
    this.#count = db.prepare('UPDATE resources SET refs = refs + ? WHERE id = ? RETURNING refs');
    this.#drop = db.prepare('DELETE FROM resources WHERE id = ?');
  }

  /** The row of a resource, made where there is none yet. */
  idOf(json: string): number {
    const known = this.#known.get(json);
    if (known !== undefined) return known;
    const hash = hashOf(json);
    let id = Number(this.#select.get(hash)?.id ?? 0);
    if (id === 0) {
      id = this.#insert.run(hash, json).lastInsertRowid;
      // Nobody may come to use it.
      this.count(id, 0);
    }
    this.#known.set(json, id);
    return id;
  }

  /** So many spans more have it, or fewer. */
  count(id: number, spans: number): void {
    this.#uses.set(id, (this.#uses.get(id) ?? 0) + spans);
  }

  /** Writes what was counted, once for many spans. */
  flush(): void {
    for (const [id, spans] of this.#uses) {
      if (Number(this.#count.get(spans, id)?.refs) > 0) continue;
      this.#drop.run(id);
      this.#known.clear();
    }
    this.#uses.clear();
  }

  /** After a rolled-back transaction nothing remembered is true any more. */
  forget(): void {
    this.#known.clear();
    this.#uses.clear();
  }
}
