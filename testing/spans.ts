import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import type { HoneyHiveTracer } from '../src/tracer/tracer.js';

/** A finished span and what was called inside it. */
export interface SpanNode {
  readonly span: ReadableSpan;
  readonly children: SpanNode[];
}

/** Finished spans of that name, in the order in which they ended. */
export function spansNamed(tracer: HoneyHiveTracer, name: string): ReadableSpan[] {
  return tracer.testSpans.filter((span) => span.name === name);
}

/** Finished spans as trees, roots and children by start time. A span whose parent is not there is a root. */
export function spanTree(tracer: HoneyHiveTracer): SpanNode[] {
  const nodes = new Map<string, SpanNode>();
  const inOrder = [...tracer.testSpans].sort((a, b) => startMs(a) - startMs(b));
  for (const span of inOrder) nodes.set(span.spanContext().spanId, { span, children: [] });
  const roots: SpanNode[] = [];
  for (const node of nodes.values()) {
    const parent = nodes.get(node.span.parentSpanContext?.spanId ?? '');
    (parent === undefined ? roots : parent.children).push(node);
  }
  return roots;
}

function startMs(span: ReadableSpan): number {
  return span.startTime[0] * 1_000 + span.startTime[1] / 1_000_000;
}
