import type { PriceTable } from '../../wire/price.js';
import type { SpanRecord } from '../../wire/span-record.js';
import type { DocumentKind, EventChange, Scope, SessionChange } from '../trace-store.js';
import { deleteDocument, putDocument } from './documents.js';
import type { Database } from './driver.js';
import type { Call } from './messages.js';
import { type PreparedBatch, prepareRecords } from './prepare.js';
import type { Writer } from './writer.js';

/** What each call that changes the file does, inside a transaction that the caller opens and ends. */
export class Operations {
  readonly #db: Database;
  readonly #writer: Writer;
  readonly #prices: PriceTable;

  constructor(db: Database, writer: Writer, prices: PriceTable) {
    this.#db = db;
    this.#writer = writer;
    this.#prices = prices;
  }

  run(call: Call): unknown {
    const [scope, ...args] = call.args as [Scope, ...unknown[]];
    switch (call.op) {
      case 'ingest':
        return this.#writer.writeSpans(scope, args[0] as PreparedBatch);
      case 'writeSpans':
        return this.#writer.writeSpans(scope, prepareRecords(args[0] as SpanRecord[], this.#prices));
      case 'startSession':
        return this.#writer.startSession(scope, args[0] as SessionChange);
      case 'updateEvent':
        return this.#writer.updateEvent(scope, args[0] as EventChange);
      case 'putDocument': {
        const [kind, document, mode] = args as [
          DocumentKind,
          Parameters<typeof putDocument>[3] & { project?: string },
          'create' | 'merge',
        ];
        return putDocument(this.#db, this.#projectOfDocument(scope, kind, document, mode), kind, document, mode);
      }
      case 'deleteDocument':
        return this.#removeDocument(scope, args[0] as DocumentKind, args[1] as string);
      default:
        throw new Error(`unknown operation ${call.op}`);
    }
  }

  /** Who updates a document says its id only; without keys it may be in any project. */
  #projectOfDocument(
    scope: Scope,
    kind: DocumentKind,
    document: { id: string; project?: string },
    mode: string,
  ): number {
    if (scope.project === undefined && mode === 'merge') {
      const row = this.#db
        .prepare('SELECT project_id FROM documents WHERE kind = ? AND doc_id = ? ORDER BY id LIMIT 1')
        .get(kind, document.id);
      if (row) return Number(row.project_id);
    }
    return this.#writer.projectFor(scope, document.project);
  }

  #removeDocument(scope: Scope, kind: DocumentKind, id: string): boolean {
    const projects =
      scope.project === undefined
        ? this.#db
            .prepare('SELECT id FROM projects')
            .all()
            .map((row) => Number(row.id))
        : [this.#writer.projectFor(scope, undefined)];
    return projects.some((project) => deleteDocument(this.#db, project, kind, id));
  }
}
