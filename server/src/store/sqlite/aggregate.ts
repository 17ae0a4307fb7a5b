import { resolveField, type Target } from '../../query/fields.js';
import type { AggregateGroup, AggregateOptions, AggregateResult } from '../aggregates.js';
import type { Budget } from './budget.js';
import { SESSION_SQL } from './columns.js';
import { columnExpression } from './compile.js';
import type { Database, SqlValue } from './driver.js';

const MAX_GROUPS = 10_000;

const SESSIONS = `${SESSION_SQL.duration} AS d, s.error_count > 0 AS e,
  s.prompt_tokens AS p, s.completion_tokens AS c, s.total_tokens AS t, s.cost_usd AS m, s.scores AS scores FROM sessions s`;
/** Chains that repeat the tokens of the models below them would count twice: the totals of sessions leave them out too. */
const ofModels = (column: string): string => `CASE WHEN x.event_type = 'model' THEN x.${column} END`;
const SPANS = `x.duration_ms AS d, x.status = 2 AS e, ${ofModels('prompt_tokens')} AS p, ${ofModels('completion_tokens')} AS c,
  ${ofModels('total_tokens')} AS t, ${ofModels('cost_usd')} AS m, x.scores AS scores FROM spans x`;

interface Group {
  key: string | number | null;
  bucket: number | null;
  count: number;
  errors: number;
  durations: number[];
  prompt: number;
  completion: number;
  total: number;
  cost: number;
  scores: Map<string, { sum: number; count: number }>;
}

/** Counts, latency percentiles, error rate, tokens, cost and score means, by a field and by spans of time. */
export function aggregate(
  db: Database,
  budget: Budget,
  target: Target,
  where: { sql: string; values: SqlValue[] },
  options: AggregateOptions,
): AggregateResult {
  const values: SqlValue[] = [];
  const grouped =
    options.group === undefined
      ? 'NULL'
      : columnExpression(resolveField(options.group, target), target, options.group, (value) => {
          values.push(value);
          return '?';
        });
  const bucketMs = options.bucketMs;
  const time = target === 'session' ? 's.start_ms' : 'x.start_ms';
  const bucket = bucketMs === undefined ? 'NULL' : `CAST(${time} / ${bucketMs} AS INTEGER) * ${bucketMs}`;
  const from = target === 'session' ? SESSIONS : SPANS;
  const groups = new Map<string, Group>();
  let truncated = false;
  for (const row of db
    .prepare(`SELECT ${grouped} AS k, ${bucket} AS b, ${from} WHERE ${where.sql}`)
    .iterate(...values, ...where.values)) {
    budget.tick();
    const id = `${typeof row.k}\n${String(row.k)}\n${String(row.b)}`;
    let group = groups.get(id);
    if (!group) {
      if (groups.size >= MAX_GROUPS) {
        truncated = true;
        continue;
      }
      group = {
        key: row.k as string | number | null,
        bucket: row.b === null ? null : Number(row.b),
        count: 0,
        errors: 0,
        durations: [],
        prompt: 0,
        completion: 0,
        total: 0,
        cost: 0,
        scores: new Map(),
      };
      groups.set(id, group);
    }
    group.count++;
    group.errors += Number(row.e ?? 0);
    if (row.d !== null) group.durations.push(Number(row.d));
    group.prompt += Number(row.p ?? 0);
    group.completion += Number(row.c ?? 0);
    group.total += Number(row.t ?? 0);
    group.cost += Number(row.m ?? 0);
    if (row.scores !== null)
      addScores(group, JSON.parse(String(row.scores)) as Record<string, number | { sum: number; count: number }>);
  }
  const items = [...groups.values()].map(finish).sort((a, b) => (a.bucket ?? 0) - (b.bucket ?? 0) || b.count - a.count);
  return {
    items: items.slice(0, options.limit ?? MAX_GROUPS),
    truncated: truncated || items.length > (options.limit ?? MAX_GROUPS),
  };
}

function addScores(group: Group, scores: Record<string, number | { sum: number; count: number }>): void {
  for (const [name, score] of Object.entries(scores)) {
    const sum = group.scores.get(name) ?? { sum: 0, count: 0 };
    sum.sum += typeof score === 'number' ? score : score.sum;
    sum.count += typeof score === 'number' ? 1 : score.count;
    group.scores.set(name, sum);
  }
}

function finish(group: Group): AggregateGroup {
  const sorted = Float64Array.from(group.durations).sort();
  const at = (share: number): number | null => (sorted.length === 0 ? null : interpolate(sorted, share));
  const sum = sorted.reduce((total, value) => total + value, 0);
  return {
    key: group.key,
    bucket: group.bucket,
    count: group.count,
    errors: group.errors,
    errorRate: group.count === 0 ? 0 : group.errors / group.count,
    latencyMs: {
      mean: sorted.length === 0 ? null : sum / sorted.length,
      p50: at(0.5),
      p90: at(0.9),
      p95: at(0.95),
      p99: at(0.99),
      max: at(1),
    },
    tokens: { prompt: group.prompt, completion: group.completion, total: group.total },
    costUsd: group.cost,
    scores: Object.fromEntries(
      [...group.scores].map(([name, { sum: total, count }]) => [name, { mean: total / count, count }]),
    ),
  };
}

/** Percentile by linear interpolation between closest ranks, as NumPy's default does. */
function interpolate(sorted: Float64Array, share: number): number {
  const rank = share * (sorted.length - 1);
  const low = Math.floor(rank);
  const high = Math.ceil(rank);
  return (sorted[low] as number) + ((sorted[high] as number) - (sorted[low] as number)) * (rank - low);
}
