import type { TracerOptions } from '../src/config/options.js';
import { HoneyHiveTracer } from '../src/tracer/tracer.js';

/** A tracer that sends nothing: its finished spans are in `tracer.testSpans`. It stays out of the global provider. */
export function createTestTracer(options: TracerOptions = {}): HoneyHiveTracer {
  return HoneyHiveTracer.init({ testMode: true, global: false, handleExit: false, ...options });
}
