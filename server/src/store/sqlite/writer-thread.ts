import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { decodeTracesJson } from '../../wire/otlp-json.js';
import { decodeTracesProtobuf } from '../../wire/otlp-protobuf.js';
import type { PriceTable } from '../../wire/price.js';
import type { EventChange, Scope, SessionChange } from '../trace-store.js';
import type { SpanRecord } from '../../wire/span-record.js';
import { type Answer, answerError, type Call } from './messages.js';
import { openForWriting, type OpenedStore, pragma } from './store-file.js';
import { Writer, type WriterCounters } from './writer.js';

/** One commit carries at most this much, so that no caller waits for a giant one. */
const GROUP_CALLS = 256;
const GROUP_BYTES = 16 * 1024 * 1024;

interface Prepared {
  call: Call;
  run: () => unknown;
}

const port = parentPort as NonNullable<typeof parentPort>;
const { file, prices } = workerData as { file: string; prices: PriceTable };

let store: OpenedStore;
let writer: Writer;

/** Work that needs no transaction, and may fail for what the caller sent. */
function prepare(call: Call): () => unknown {
  const [scope, ...args] = call.args as [Scope, ...unknown[]];
  switch (call.op) {
    case 'ingest': {
      const body = args[0] as Uint8Array;
      const buffer = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
      const decoded = args[1] === 'json' ? decodeTracesJson(buffer) : decodeTracesProtobuf(buffer);
      return () => writer.writeSpans(scope, decoded.spans, decoded.rejected, decoded.message);
    }
    case 'writeSpans':
      return () => writer.writeSpans(scope, args[0] as SpanRecord[]);
    case 'startSession':
      return () => writer.startSession(scope, args[0] as SessionChange);
    case 'updateEvent':
      return () => writer.updateEvent(scope, args[0] as EventChange);
    default:
      throw new Error(`unknown operation ${call.op}`);
  }
}

function runGroup(calls: Call[]): void {
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
  for (const one of prepared) {
    const alone = attempt([one], true) as Answer[];
    for (const answer of alone) port.postMessage(answer);
  }
}

function attempt(prepared: Prepared[], report = prepared.length === 1): Answer[] | undefined {
  const counters: WriterCounters = { ...writer.counters };
  let begun = false;
  try {
    writer.begin();
    begun = true;
    const answers = prepared.map((one): Answer => ({ id: one.call.id, value: one.run() }));
    writer.commit();
    return answers;
  } catch (error) {
    if (begun) writer.rollback(counters);
    return report ? prepared.map((one) => answerError(one.call.id, error)) : undefined;
  }
}

let closing: Call | undefined;

function drain(first: Call): void {
  let group: Call[] = [];
  let bytes = 0;
  let next: Call | undefined = first;
  while (next) {
    if (next.op === 'close') {
      closing = next;
      break;
    }
    group.push(next);
    bytes += next.op === 'ingest' ? (next.args[1] as Uint8Array).byteLength : 1024;
    if (group.length >= GROUP_CALLS || bytes >= GROUP_BYTES) {
      runGroup(group);
      group = [];
      bytes = 0;
    }
    next = receiveMessageOnPort(port)?.message as Call | undefined;
  }
  if (group.length > 0) runGroup(group);
  if (closing) close(closing);
}

function close(call: Call): void {
  try {
    store.db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  } catch {
    // The log file is read again at the next start.
  }
  store.release();
  port.postMessage({ id: call.id, value: undefined });
  port.close();
}

try {
  store = openForWriting(file);
  writer = new Writer(store.db, prices);
  port.postMessage({ ready: true, notices: store.notices, driver: store.db.driver, pageSize: pragma(store.db, 'page_size') });
  port.on('message', (call: Call) => drain(call));
} catch (error) {
  const failed = answerError(0, error) as { error: unknown };
  port.postMessage({ ready: false, error: failed.error });
  port.close();
}
