import { BaseEvaluator, type EvaluationContext, type EvaluatorOptions, type EvaluatorReturn } from './base.js';
import { skip } from './evaluator-return.js';
import { rulesOf } from './option-rules.js';
import type { OptionShape } from './options.js';

export interface LatencyOptions extends EvaluatorOptions {
  /** Longest allowed call, in ms, itself included. */
  maxMs?: number;
}

/** 1 if the evaluated call took at most `maxMs`, else 0; skipped where `context.latencyMs` is unknown. */
export class LatencyEvaluator extends BaseEvaluator {
  readonly #maxMs: number | undefined;

  constructor(options?: LatencyOptions) {
    super(options, latencyOptions);
    this.#maxMs = options?.maxMs;
  }

  override evaluate(_input: unknown, _output: unknown, context: EvaluationContext): EvaluatorReturn {
    const { latencyMs } = context;
    if (this.#maxMs === undefined) return skip('no maxMs to compare the latency with');
    if (latencyMs === undefined) return skip('the latency is unknown');
    if (typeof latencyMs !== 'number' || !(latencyMs >= 0))
      throw new TypeError('context.latencyMs is not a number from 0');
    const score = latencyMs <= this.#maxMs ? 1 : 0;
    return {
      score,
      ...(score === 0 && { feedback: `took ${latencyMs} ms, allowed ${this.#maxMs} ms` }),
      metrics: { latencyMs },
    };
  }
}

const latencyOptions: OptionShape = {
  build(cv, Common) {
    const is = rulesOf(cv);
    class LatencyRules extends Common {
      @is.number(0) maxMs?: number;
    }
    return LatencyRules;
  },
};
