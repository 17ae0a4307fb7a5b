export { Evaluate } from './evaluate.js';
export { trace } from './late.js';
export { getTraceMetadata, type TraceMetadata } from './metadata.js';
export { Sensitive } from './sensitive.js';
export { type AsyncTraceDecorator, ATrace, Trace, type TraceDecorator } from './trace.js';
export {
  type ClassDecorator,
  NoTrace,
  TraceClass,
  type TraceClassDecorator,
  type TraceClassOptions,
} from './trace-class.js';
export type { AsyncSpanDecorator, EvaluateOptions, SpanDecorator, TraceOptions, TracerRef } from './types.js';
