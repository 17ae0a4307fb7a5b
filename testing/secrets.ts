import type { HoneyHiveTracer } from '../src/tracer/tracer.js';

/**
 * Throws if any of the given texts is in any name, attribute, event or status of the tracer's spans. Plant unique
 * texts where your program keeps secrets, run it, and assert that none came out.
 */
export function assertNoSecrets(tracer: HoneyHiveTracer, canaries: readonly string[]): void {
  for (const span of tracer.testSpans) {
    const text = JSON.stringify([span.name, span.attributes, span.events, span.status], (_key, value: unknown) =>
      typeof value === 'bigint' ? value.toString() : value,
    );
    const found = canaries.findIndex((canary) => text.includes(canary));
    if (found >= 0) throw new Error(`secret ${found + 1} of ${canaries.length} is on span "${span.name}"`);
  }
}
