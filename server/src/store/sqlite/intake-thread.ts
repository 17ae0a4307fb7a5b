import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { decodeTracesJson } from '../../wire/otlp-json.js';
import { decodeTracesProtobuf } from '../../wire/otlp-protobuf.js';
import type { PriceTable } from '../../wire/price.js';
import { answerError, type Call } from './messages.js';
import { prepare } from './prepare.js';

/**
 * Reads what comes in and finds out all that does not need the file, so that the one thread which may write does
 * nothing else. What cannot be read is answered through the writer too: a caller listens to one thread only.
 */
const port = parentPort as NonNullable<typeof parentPort>;
const { toWriter, prices } = workerData as { toWriter: MessagePort; prices: PriceTable };

function take(call: Call): void {
  const [scope, body, encoding] = call.args as [unknown, Uint8Array, 'protobuf' | 'json'];
  const buffer = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const batch =
    encoding === 'json'
      ? prepare(decodeTracesJson(buffer), prices)
      : prepare(decodeTracesProtobuf(buffer), prices, buffer);
  const prepared: Call = { id: call.id, op: 'ingest', args: [scope, batch] };
  toWriter.postMessage(prepared, [batch.bytes.buffer as ArrayBuffer]);
}

port.on('message', (call: Call) => {
  if (call.op === 'close') {
    port.postMessage({ id: call.id, value: undefined });
    toWriter.close();
    port.close();
    return;
  }
  try {
    take(call);
  } catch (error) {
    toWriter.postMessage(answerError(call.id, error));
  }
});
port.postMessage({ ready: true });
