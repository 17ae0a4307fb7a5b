import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import type { PriceTable } from '../../wire/price.js';
import { type Answer, answerError, type Call } from './messages.js';
import { WriteLoop } from './write-loop.js';

/** The one thread that changes the file: takes calls from the HTTP thread and from the intake. */
const port = parentPort as NonNullable<typeof parentPort>;
const { file, fromIntake, prices, retentionBytes } = workerData as {
  file: string;
  fromIntake: MessagePort;
  prices: PriceTable;
  retentionBytes: number | undefined;
};
const RETENTION_EVERY_MS = 2000;
const answer = (message: Answer): void => port.postMessage(message);

try {
  const say = (notice: string): void => port.postMessage({ notice });
  const removed = (): void => port.postMessage({ removed: true });
  const loop = new WriteLoop({ file, prices, retentionBytes, answer, say, removed });
  /** What the intake could not read it answers itself, by way of this thread. */
  const take = (message: Call | Answer): void => {
    if ('op' in message) loop.add(message);
    else answer(message);
  };
  const timer = setInterval(() => loop.retain(), RETENTION_EVERY_MS);
  timer.unref();
  const close = async (call: Call): Promise<void> => {
    clearInterval(timer);
    // What the intake has handed over already is still to be written.
    for (let left = receiveMessageOnPort(fromIntake); left; left = receiveMessageOnPort(fromIntake))
      take(left.message as Call | Answer);
    await loop.close();
    answer({ id: call.id, value: undefined });
    fromIntake.close();
    port.close();
  };
  let closing = false;
  port.on('message', (call: Call) => {
    if (call.op !== 'close') {
      take(call);
    } else if (!closing) {
      closing = true;
      void close(call);
    }
  });
  fromIntake.on('message', take);
  port.postMessage({ ready: true, driver: loop.driver });
} catch (error) {
  const failed = answerError(0, error) as { error: unknown };
  port.postMessage({ ready: false, error: failed.error });
  fromIntake.close();
  port.close();
}
