import type { SpanProcessor } from '@opentelemetry/sdk-trace-base';
import { load } from '../base/load.js';
import { now, setTimeout } from '../base/timers.js';
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
      const flushed = Promise.all(processors.map((processor) => settled(() => processor.forceFlush())));
      await Promise.race([flushed, after(deadline - now())]);
    },
  };
}

/** Shuts the user's processors down; never rejects. */
export async function shutdownProcessors(processors: readonly SpanProcessor[], deadline: number): Promise<void> {
  const down = Promise.all(processors.map((processor) => settled(() => processor.shutdown())));
  await Promise.race([down, after(deadline - now())]);
}

async function settled(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch {
    // The processor is the user's; its failure does not stop the delivery.
  }
}

function after(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, Math.max(0, ms)).unref();
  });
}
