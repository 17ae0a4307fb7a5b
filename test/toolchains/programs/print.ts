import type { HoneyHiveTracer } from 'honeyhive-decorators';

const kept = /^honeyhive_(event_type|inputs|outputs|metadata|metrics|error)/;

/** The spans as one line that does not change from run to run. */
export async function printSpans(tracer: HoneyHiveTracer): Promise<void> {
  await tracer.flush();
  const spans = tracer.testSpans ?? [];
  const names = new Map(spans.map((span) => [span.spanContext().spanId, span.name]));
  const lines = spans.map((span) => ({
    name: span.name,
    parent: names.get(span.parentSpanContext?.spanId ?? ''),
    attributes: Object.fromEntries(
      Object.entries(span.attributes)
        .filter(([key]) => kept.test(key) && !key.endsWith('_ms'))
        .sort(([a], [b]) => (a < b ? -1 : 1)),
    ),
  }));
  process.stdout.write(`\nSPANS ${JSON.stringify(lines)}\n`);
  await tracer.close();
}
