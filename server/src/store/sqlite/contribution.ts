import type { SpanFacts } from '../../wire/describe.js';
import type { Row } from './driver.js';

export const STATUS = { unset: 0, ok: 1, error: 2 } as const;

/** What a span adds to its session; the same with a negative sign takes it away again. */
export interface Contribution {
  sign: 1 | -1;
  model: boolean;
  error: boolean;
  tokens: SpanFacts['tokens'];
  costUsd: number | undefined;
  scores: Record<string, number> | undefined;
}

/** What a stored span adds to its session's totals. */
export function contributionOf(row: Row, sign: 1 | -1): Contribution {
  return {
    sign,
    model: row.event_type === 'model',
    error: row.status === STATUS.error,
    tokens:
      row.total_tokens === null
        ? undefined
        : {
            prompt: Number(row.prompt_tokens),
            completion: Number(row.completion_tokens),
            total: Number(row.total_tokens),
          },
    costUsd: row.cost_usd === null ? undefined : Number(row.cost_usd),
    scores: row.scores === null ? undefined : (JSON.parse(row.scores as string) as Record<string, number>),
  };
}
