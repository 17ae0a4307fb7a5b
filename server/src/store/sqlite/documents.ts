import { emptyObject, type JsonObject } from '../../wire/value.js';
import type { DocumentKind, StoredDocument } from '../trace-store.js';
import type { Database } from './driver.js';
import { documentOf } from './reader.js';
import { parseMap } from './session-rows.js';

const FIND =
  'SELECT d.*, p.name AS project FROM documents d JOIN projects p ON p.id = d.project_id WHERE d.project_id = ? AND d.kind = ? AND d.doc_id = ?';

/** Datasets, datapoints, metrics and runs: small JSON documents by project, kind and id. */
export function putDocument(
  db: Database,
  project: number,
  kind: DocumentKind,
  document: { id: string; name?: string; parent?: string; body: JsonObject },
  mode: 'create' | 'merge',
): StoredDocument | undefined {
  const now = Date.now();
  const old = db.prepare(FIND).get(project, kind, document.id);
  if (!old) {
    if (mode === 'merge') return undefined;
    db.prepare(
      'INSERT INTO documents(project_id, kind, doc_id, name, parent, created_ms, updated_ms, body) VALUES(?, ?, ?, ?, ?, ?, ?, ?)',
    ).run(
      project,
      kind,
      document.id,
      document.name ?? null,
      document.parent ?? null,
      now,
      now,
      JSON.stringify(document.body),
    );
  } else {
    const body = Object.assign(emptyObject(), parseMap(old.body), document.body);
    db.prepare(
      'UPDATE documents SET name = ifnull(?, name), parent = ifnull(?, parent), updated_ms = ?, body = ? WHERE id = ?',
    ).run(document.name ?? null, document.parent ?? null, now, JSON.stringify(body), Number(old.id));
  }
  const row = db.prepare(FIND).get(project, kind, document.id);
  return row ? documentOf(row) : undefined;
}

export function deleteDocument(db: Database, project: number, kind: DocumentKind, id: string): boolean {
  return (
    db.prepare('DELETE FROM documents WHERE project_id = ? AND kind = ? AND doc_id = ?').run(project, kind, id)
      .changes > 0
  );
}
