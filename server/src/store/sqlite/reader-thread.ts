import { parentPort, workerData } from 'node:worker_threads';
import type { ListOptions, Scope } from '../trace-store.js';
import { answerError, type Call } from './messages.js';
import { openDatabase } from './open-database.js';
import { Reader } from './reader.js';

const port = parentPort as NonNullable<typeof parentPort>;
const { file } = workerData as { file: string };

const db = openDatabase(file, { readonly: true, busyMs: 5000 });
db.exec('PRAGMA cache_size = -16384; PRAGMA mmap_size = 268435456; PRAGMA temp_store = MEMORY');
const reader = new Reader(db);

const OPERATIONS: Record<string, (scope: Scope, ...args: never[]) => unknown> = {
  listSessions: (scope, options: ListOptions) => reader.listSessions(scope, options),
  getSession: (scope, id: string, options: { limit?: number; cursor?: string }) => reader.getSession(scope, id, options),
  getSpan: (scope, traceId: string, spanId: string) => reader.getSpan(scope, traceId, spanId),
  stats: (scope) => reader.stats(scope),
};

port.on('message', (call: Call) => {
  if (call.op === 'close') {
    db.close();
    port.postMessage({ id: call.id, value: undefined });
    port.close();
    return;
  }
  try {
    const operation = OPERATIONS[call.op];
    if (!operation) throw new Error(`unknown operation ${call.op}`);
    const [scope, ...args] = call.args as [Scope, ...never[]];
    port.postMessage({ id: call.id, value: operation(scope, ...args) });
  } catch (error) {
    port.postMessage(answerError(call.id, error));
  }
});
port.postMessage({ ready: true });
