export { assertNoSecrets } from './secrets.js';
export { type SpanNode, spansNamed, spanTree } from './spans.js';
export { createTestTracer } from './test-tracer.js';
