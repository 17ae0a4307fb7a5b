import type { ThinSpan } from '../wire/records.js';

interface Placed {
  span: ThinSpan;
  depth: number;
}

/** Parents before children; a span whose parent is not there, or that is its own ancestor, stands at the top. */
export function treeOrder(spans: ThinSpan[]): Placed[] {
  const known = new Set(spans.map((span) => `${span.traceId}/${span.spanId}`));
  const children = new Map<string, ThinSpan[]>();
  const roots: ThinSpan[] = [];
  for (const span of spans) {
    const parent = `${span.traceId}/${span.parentSpanId}`;
    const siblings = children.get(parent);
    if (span.parentSpanId === null || !known.has(parent)) roots.push(span);
    else if (siblings === undefined) children.set(parent, [span]);
    else siblings.push(span);
  }
  const result: Placed[] = [];
  const placed = new Set<ThinSpan>();
  const place = (start: ThinSpan): void => {
    const stack = [{ span: start, depth: 0 }];
    for (let next = stack.pop(); next; next = stack.pop()) {
      if (placed.has(next.span)) continue;
      placed.add(next.span);
      result.push(next);
      const below = children.get(`${next.span.traceId}/${next.span.spanId}`) ?? [];
      for (let index = below.length - 1; index >= 0; index--)
        stack.push({ span: below[index] as ThinSpan, depth: next.depth + 1 });
    }
  };
  roots.forEach(place);
  for (const span of spans) if (!placed.has(span)) place(span);
  return result;
}
