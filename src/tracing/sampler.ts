import { type Context, isSpanContextValid, SamplingDecision, TraceFlags, trace } from '@opentelemetry/api';
import type { Sampler, SamplingResult } from '@opentelemetry/sdk-trace-base';
import type { ResolvedConfig } from '../config/options.js';

/** The user's sampler, or one by trace id where less than everything is wanted. Children follow their parent. */
export function samplerFor(config: ResolvedConfig): Sampler | undefined {
  if (config.sampler !== undefined) return config.sampler;
  return config.sampleRate >= 1 ? undefined : new RateSampler(config.sampleRate);
}

/**
 * Decides as OpenTelemetry's parent-based ratio sampler for JavaScript does, so that services agree on a trace: the
 * four 32-bit words of the trace id, xor-ed, below the rate's share of 2^32 - 1.
 */
export class RateSampler implements Sampler {
  readonly #rate: number;
  readonly #bound: number;

  constructor(rate: number) {
    this.#rate = rate;
    this.#bound = Math.floor(rate * 0xffff_ffff);
  }

  /** Whether a trace that begins here is recorded. */
  takes(traceId: string): boolean {
    if (this.#bound === 0) return false;
    let word = 0;
    for (let at = 0; at < 32; at += 8) word ^= Number.parseInt(traceId.slice(at, at + 8), 16);
    return word >>> 0 < this.#bound;
  }

  shouldSample(context: Context, traceId: string): SamplingResult {
    const parent = trace.getSpanContext(context);
    const follows = parent !== undefined && isSpanContextValid(parent);
    const taken = follows ? (parent.traceFlags & TraceFlags.SAMPLED) !== 0 : this.takes(traceId);
    return { decision: taken ? SamplingDecision.RECORD_AND_SAMPLED : SamplingDecision.NOT_RECORD };
  }

  toString(): string {
    return `RateSampler{${this.#rate}}`;
  }
}
