import type { Sampler } from '@opentelemetry/sdk-trace-base';
import { load } from '../base/load.js';
import type { ResolvedConfig } from '../config/options.js';

type SdkTrace = typeof import('@opentelemetry/sdk-trace-base');

/** The user's sampler, or one by trace id where less than everything is wanted. Children follow their parent. */
export function samplerFor(config: ResolvedConfig): Sampler | undefined {
  if (config.sampler !== undefined) return config.sampler;
  if (config.sampleRate >= 1) return undefined;
  const { ParentBasedSampler, TraceIdRatioBasedSampler } = load<SdkTrace>('@opentelemetry/sdk-trace-base');
  return new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(config.sampleRate) });
}
