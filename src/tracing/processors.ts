import type { SpanProcessor } from '@opentelemetry/sdk-trace-base';
import { load } from '../base/load.js';
import { clearTimeout, now, setTimeout } from '../base/timers.js';
import type { ResolvedConfig } from '../config/options.js';
import type { DeliverySource } from '../delivery/contract.js';

type SdkTrace = typeof import('@opentelemetry/sdk-trace-base');

/** The user's own processors, and one that feeds the user's own exporter. */
export function processorsFor(config: ResolvedConfig): readonly SpanProcessor[] {
  if (config.spanExporter === undefined) return config.spanProcessors;
  const { BatchSpanProcessor } = load<SdkTrace>('@opentelemetry/sdk-trace-base');
  // The stock queue of 2,048 spans drops most of a burst; this one is larger, and still bounded.
  const batch = new BatchSpanProcessor(config.spanExporter, { maxQueueSize: 65_536, scheduledDelayMillis: 1_000 });
  return [...config.spanProcessors, batch];
}

/** Lets `flush` and `close` reach the user's processors, within the same deadline. */
export function processorsSource(processors: readonly SpanProcessor[]): DeliverySource {
  return {
    async drain(deadline) {
      await byDeadline(Promise.all(processors.map((processor) => settled(() => processor.forceFlush()))), deadline);
    },
  };
}

/** Shuts the user's processors down; never rejects. */
export async function shutdownProcessors(processors: readonly SpanProcessor[], deadline: number): Promise<void> {
  await byDeadline(Promise.all(processors.map((processor) => settled(() => processor.shutdown()))), deadline);
}

async function settled(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch {
    // The processor is the user's; its failure does not stop the delivery.
  }
}

/** Keeps the process alive meanwhile: somebody awaits this. */
async function byDeadline(work: Promise<unknown>, deadline: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, Math.max(0, deadline - now()));
  });
  await Promise.race([work, late]);
  clearTimeout(timer);
}
