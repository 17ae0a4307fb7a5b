import { now } from '../base/timers.js';
import type { Delivery } from '../delivery/delivery.js';
import { timeoutOf } from '../delivery/flush-timeout.js';
import type { RecordedSpan } from '../tracing/recorded-span.js';

/** Keeps finished spans in memory instead of sending them. */
export function memoryDelivery(
  spans: RecordedSpan[],
): Pick<Delivery, 'enqueue' | 'addSource' | 'flush' | 'close' | 'stats'> {
  let seen = 0;
  const sources: Parameters<Delivery['addSource']>[0][] = [];
  const flush: Delivery['flush'] = async (options) => {
    const deadline = now() + timeoutOf(options);
    await Promise.all(sources.map((source) => source.drain(deadline)));
    const delivered = spans.length - seen;
    seen = spans.length;
    return {
      delivered,
      pending: 0,
      spooled: 0,
      dropped: { count: 0, reasons: {} },
      timedOut: now() > deadline,
    };
  };
  return {
    enqueue: (span) => void spans.push(span as RecordedSpan),
    addSource: (source) => void sources.push(source),
    flush,
    close: flush,
    stats: () => ({
      made: spans.length,
      delivered: spans.length,
      pending: 0,
      spooled: 0,
      dropped: 0,
      duplicates: 0,
      requests: 0,
      retries: 0,
      queuedBytes: 0,
      spoolBytes: 0,
    }),
  };
}
