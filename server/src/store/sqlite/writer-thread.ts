import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { canonicalId } from '../../wire/ids.js';
import type { PriceTable } from '../../wire/price.js';
import type { SpanRecord } from '../../wire/span-record.js';
import { StoreError } from '../store-error.js';
import type { DocumentKind, EventChange, Scope, SessionChange } from '../trace-store.js';
import { Checkpoints } from './checkpoints.js';
import { deleteDocument, putDocument } from './documents.js';
import { type PruneLimits, Pruning, usedBytes } from './maintenance.js';
import { type Answer, answerError, type Call } from './messages.js';
import { type PreparedBatch, prepareRecords } from './prepare.js';
import { Reserve } from './reserve.js';
import { type OpenedStore, openForWriting } from './store-file.js';
import { Writer, type WriterCounters } from './writer.js';

/** One commit carries at most this much, so that no caller waits for a giant one. */
const GROUP_CALLS = 256;
const GROUP_BYTES = 8 * 1024 * 1024;
/** After the disk was full, how long everything is refused before the next try. */
const FULL_MS = 1000;
const RETENTION_EVERY_MS = 2000;

interface Prepared {
  call: Call;
  run: () => unknown;
}

const port = parentPort as NonNullable<typeof parentPort>;
const { file, fromIntake, prices, retentionBytes } = workerData as {
  file: string;
  fromIntake: MessagePort;
  prices: PriceTable;
  retentionBytes: number | undefined;
};
const reserve = new Reserve(file);
const checkpoints = new Checkpoints(file);

let store: OpenedStore;
let writer: Writer;
let fullUntil = 0;
let wasFull = false;

/** Work that needs no transaction, and may fail for what the caller sent. */
function prepare(call: Call): () => unknown {
  const [scope, ...args] = call.args as [Scope, ...unknown[]];
  switch (call.op) {
    case 'ingest': {
      const batch = args[0] as PreparedBatch;
      return () => writer.writeSpans(scope, batch);
    }
    case 'writeSpans': {
      const batch = prepareRecords(args[0] as SpanRecord[], prices);
      return () => writer.writeSpans(scope, batch);
    }
    case 'startSession':
      return () => writer.startSession(scope, args[0] as SessionChange);
    case 'updateEvent':
      return () => writer.updateEvent(scope, args[0] as EventChange);
    case 'deleteSession':
      return () => removeSession(scope, args[0] as string);
    case 'putDocument': {
      const [kind, document, mode] = args as [
        DocumentKind,
        Parameters<typeof putDocument>[3] & { project?: string },
        'create' | 'merge',
      ];
      return () => putDocument(store.db, projectOfDocument(scope, kind, document, mode), kind, document, mode);
    }
    case 'deleteDocument':
      return () => removeDocument(scope, args[0] as DocumentKind, args[1] as string);
    default:
      throw new Error(`unknown operation ${call.op}`);
  }
}

function removeSession(scope: Scope, id: string): { spans: number } {
  const rows = store.db
    .prepare(
      'SELECT s.id AS id FROM sessions s JOIN projects p ON p.id = s.project_id WHERE s.session_id = ? AND (? IS NULL OR p.name = ?)',
    )
    .all(canonicalId(id), scope.project ?? null, scope.project ?? null);
  let spans = 0;
  for (const row of rows) {
    for (let done = false; !done; ) {
      const step = writer.removal.step(Number(row.id));
      spans += step.spans;
      done = step.done;
    }
  }
  writer.forgetIds();
  return { spans };
}

/** Who updates a document says its id only; without keys it may be in any project. */
function projectOfDocument(
  scope: Scope,
  kind: DocumentKind,
  document: { id: string; project?: string },
  mode: string,
): number {
  if (scope.project === undefined && mode === 'merge') {
    const row = store.db
      .prepare('SELECT project_id FROM documents WHERE kind = ? AND doc_id = ? ORDER BY id LIMIT 1')
      .get(kind, document.id);
    if (row) return Number(row.project_id);
  }
  return writer.projectFor(scope, document.project);
}

function removeDocument(scope: Scope, kind: DocumentKind, id: string): boolean {
  const projects =
    scope.project === undefined
      ? store.db
          .prepare('SELECT id FROM projects')
          .all()
          .map((row) => Number(row.id))
      : [writer.projectFor(scope, undefined)];
  return projects.some((project) => deleteDocument(store.db, project, kind, id));
}

function runGroup(calls: Call[]): void {
  if (Date.now() < fullUntil) {
    for (const call of calls)
      port.postMessage(answerError(call.id, new StoreError('full', 'the disk is full; reading still works')));
    return;
  }
  const prepared: Prepared[] = [];
  for (const call of calls) {
    try {
      prepared.push({ call, run: prepare(call) });
    } catch (error) {
      port.postMessage(answerError(call.id, error));
    }
  }
  if (prepared.length === 0) return;
  const answers = attempt(prepared);
  if (answers) {
    for (const answer of answers) port.postMessage(answer);
    return;
  }
  // One of them spoiled the group: each gets a transaction of its own, so that the others are kept.
  for (const one of prepared) for (const answer of attempt([one]) ?? []) port.postMessage(answer);
}

/** Undefined where the group failed and should be tried one by one. */
function attempt(prepared: Prepared[]): Answer[] | undefined {
  const counters: WriterCounters = { ...writer.counters };
  try {
    writer.begin();
    const answers = prepared.map((one): Answer => ({ id: one.call.id, value: one.run() }));
    writer.commit();
    checkpoints.committed();
    if (wasFull) {
      wasFull = false;
      reserve.hold();
    }
    return answers;
  } catch (error) {
    writer.rollback(counters);
    const cannotWrite = storageProblem(error);
    if (cannotWrite) {
      recover(error);
      return prepared.map((one) => answerError(one.call.id, new StoreError('full', cannotWrite)));
    }
    return prepared.length === 1 ? prepared.map((one) => answerError(one.call.id, error)) : undefined;
  }
}

function storageProblem(error: unknown): string | undefined {
  const { code, message } = error as { code?: string; message?: string };
  if (
    !/SQLITE_(FULL|IOERR|READONLY|CANTOPEN)|disk is full|disk I\/O error|readonly database/.test(`${code} ${message}`)
  )
    return undefined;
  return `nothing can be written at the moment: ${message}`;
}

/** Stops writing for a moment, gives the reserve up, and after an I/O error starts over with a fresh connection. */
function recover(error: unknown): void {
  fullUntil = Date.now() + FULL_MS;
  wasFull = true;
  checkpoints.hold();
  reserve.giveUp();
  if (!/IOERR|I\/O/.test(`${(error as { code?: string }).code} ${(error as Error).message}`)) return;
  try {
    store.release();
  } catch {
    // Closing may fail for the same reason as writing did.
  }
  store = openForWriting(file);
  writer = new Writer(store.db, prices);
}

let closing: Call | undefined;
let ending = false;
const chores: { pruning: Pruning; call: Call | undefined }[] = [];

/** The call that has waited longest; what did not come through the intake first, since it is little and quick. */
function waitingCall(): Call | undefined {
  for (;;) {
    const message = (receiveMessageOnPort(port) ?? receiveMessageOnPort(fromIntake))?.message as
      | Call
      | Answer
      | undefined;
    if (message === undefined || 'op' in message) return message;
    port.postMessage(message);
  }
}

function drain(first: Call): void {
  let group: Call[] = [];
  let bytes = 0;
  let next: Call | undefined = first;
  while (next) {
    if (next.op === 'close') {
      // What the intake has handed over already is still to be written.
      closing = next;
    } else if (next.op === 'prune') {
      chores.push({ pruning: new Pruning(store.db, writer, next.args[1] as PruneLimits), call: next });
      setImmediate(chore);
    } else if (next.op === 'compact') {
      compact(next);
    } else {
      group.push(next);
      bytes += next.op === 'ingest' ? (next.args[1] as PreparedBatch).bytes.byteLength : 1024;
    }
    if (group.length >= GROUP_CALLS || bytes >= GROUP_BYTES) {
      runGroup(group);
      group = [];
      bytes = 0;
    }
    next = waitingCall();
  }
  if (group.length > 0) runGroup(group);
  if (closing) void close(closing);
}

function chore(): void {
  const current = chores[0];
  if (!current || closing) return;
  try {
    if (current.pruning.step()) {
      checkpoints.committed();
      setImmediate(chore);
      return;
    }
    if (current.call) port.postMessage({ id: current.call.id, value: current.pruning.report });
  } catch (error) {
    if (current.call) port.postMessage(answerError(current.call.id, error));
  }
  chores.shift();
  if (chores.length > 0) setImmediate(chore);
}

function compact(call: Call): void {
  try {
    store.db.exec('PRAGMA incremental_vacuum; PRAGMA wal_checkpoint(TRUNCATE); PRAGMA optimize');
    port.postMessage({ id: call.id, value: { dbBytes: usedBytes(store.db) } });
  } catch (error) {
    port.postMessage(answerError(call.id, error));
  }
}

function retain(): void {
  if (closing) return;
  try {
    if (retentionBytes !== undefined && chores.length === 0 && usedBytes(store.db) > retentionBytes) {
      chores.push({ pruning: new Pruning(store.db, writer, { maxBytes: retentionBytes }), call: undefined });
      setImmediate(chore);
    }
  } catch {
    // Tried again the next time.
  }
}

async function close(call: Call): Promise<void> {
  if (ending) return;
  ending = true;
  clearInterval(timer);
  await checkpoints.close();
  try {
    store.db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  } catch {
    // The log file is read again at the next start.
  }
  store.release();
  port.postMessage({ id: call.id, value: undefined });
  fromIntake.close();
  port.close();
}

let timer: NodeJS.Timeout | undefined;

try {
  store = openForWriting(file);
  writer = new Writer(store.db, prices);
  reserve.hold();
  timer = setInterval(retain, RETENTION_EVERY_MS);
  timer.unref();
  port.on('message', (call: Call) => drain(call));
  fromIntake.on('message', (message: Call | Answer) => {
    if ('op' in message) drain(message);
    else port.postMessage(message);
  });
  port.postMessage({ ready: true, notices: store.notices, driver: store.db.driver });
} catch (error) {
  const failed = answerError(0, error) as { error: unknown };
  port.postMessage({ ready: false, error: failed.error });
  fromIntake.close();
  port.close();
}
