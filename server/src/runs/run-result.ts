import type { HoneyHiveEvent } from '../wire/honeyhive-event.js';
import type { Json, JsonObject } from '../wire/value.js';

export type AggregateFunction = 'average' | 'min' | 'max' | 'sum' | 'median' | 'count';
export const AGGREGATE_FUNCTIONS: readonly AggregateFunction[] = ['average', 'min', 'max', 'sum', 'median', 'count'];

export interface MetricDetail {
  metric_name: string;
  metric_type: 'CLIENT_SIDE';
  event_name: string;
  event_type: string;
  aggregate: number | null;
  values: number[];
  datapoints: { passed: string[]; failed: string[] };
}

export interface RunResult {
  status: string;
  success: boolean;
  passed: string[];
  failed: string[];
  metrics: { aggregation_function: AggregateFunction; details: MetricDetail[] };
  datapoints: {
    datapoint_id: string;
    session_id: string;
    passed: boolean;
    metrics: { name: string; event_name: string; event_type: string; value: Json; passed: boolean }[];
  }[];
  event_ids: string[];
}

interface Measured {
  datapoint: string;
  session: string;
  name: string;
  event: HoneyHiveEvent;
  value: number;
  raw: Json;
  passed: boolean;
}

/** Numbers and booleans among the metrics of a run's events, each with the datapoint it belongs to. */
function measured(events: HoneyHiveEvent[]): Measured[] {
  const datapoints = new Map<string, string>();
  for (const event of events) {
    const id = event.metadata.datapoint_id;
    if (event.event_type === 'session')
      datapoints.set(event.session_id, typeof id === 'string' ? id : event.session_id);
  }
  const found: Measured[] = [];
  for (const event of events) {
    const own = event.metadata.datapoint_id;
    const datapoint = typeof own === 'string' ? own : (datapoints.get(event.session_id) ?? event.session_id);
    const flat = flatten(event.metrics);
    for (const [name, raw] of Object.entries(flat)) {
      if (isDetail(name, flat)) continue;
      const value = typeof raw === 'boolean' ? Number(raw) : raw;
      if (typeof value !== 'number' || !Number.isFinite(value)) continue;
      const flag = flat[`${name}_passed`];
      found.push({
        datapoint,
        session: event.session_id,
        name,
        event,
        value,
        raw,
        passed: typeof flag === 'boolean' ? flag : raw !== false,
      });
    }
  }
  return found;
}

/** `acc_passed` says more about `acc`; it is no metric of its own. */
function isDetail(name: string, all: Record<string, Json>): boolean {
  const match = /^(.+)_(passed|explanation|label|status)$/.exec(name);
  return match !== null && all[match[1] as string] !== undefined;
}

function flatten(map: JsonObject, prefix = '', into: Record<string, Json> = {}): Record<string, Json> {
  for (const [key, value] of Object.entries(map)) {
    const path = prefix === '' ? key : key === 'value' ? prefix : `${prefix}.${key}`;
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) flatten(value, path, into);
    else into[path] = value;
  }
  return into;
}

export function runResult(status: string, events: HoneyHiveEvent[], how: AggregateFunction): RunResult {
  const all = measured(events);
  const details = new Map<string, MetricDetail>();
  const points = new Map<string, RunResult['datapoints'][number]>();
  for (const event of events) {
    if (event.event_type !== 'session') continue;
    const id = typeof event.metadata.datapoint_id === 'string' ? event.metadata.datapoint_id : event.session_id;
    if (!points.has(id)) points.set(id, { datapoint_id: id, session_id: event.session_id, passed: true, metrics: [] });
  }
  for (const one of all) {
    const key = JSON.stringify([one.name, one.event.event_name, one.event.event_type]);
    let detail = details.get(key);
    if (!detail) {
      detail = {
        metric_name: one.name,
        metric_type: 'CLIENT_SIDE',
        event_name: one.event.event_name,
        event_type: one.event.event_type,
        aggregate: null,
        values: [],
        datapoints: { passed: [], failed: [] },
      };
      details.set(key, detail);
    }
    detail.values.push(one.value);
    detail.datapoints[one.passed ? 'passed' : 'failed'].push(one.datapoint);
    const point = points.get(one.datapoint);
    if (point) {
      point.metrics.push({
        name: one.name,
        event_name: one.event.event_name,
        event_type: one.event.event_type,
        value: one.raw,
        passed: one.passed,
      });
      point.passed &&= one.passed;
    }
  }
  for (const detail of details.values()) detail.aggregate = aggregateOf(detail.values, how);
  const datapoints = [...points.values()];
  return {
    status,
    success: status === 'completed',
    passed: datapoints.filter((point) => point.passed).map((point) => point.datapoint_id),
    failed: datapoints.filter((point) => !point.passed).map((point) => point.datapoint_id),
    metrics: { aggregation_function: how, details: [...details.values()] },
    datapoints,
    event_ids: events.filter((event) => event.event_type === 'session').map((event) => event.session_id),
  };
}

export function aggregateOf(values: number[], how: AggregateFunction): number | null {
  if (how === 'count') return values.length;
  if (values.length === 0) return null;
  const sum = values.reduce((total, value) => total + value, 0);
  switch (how) {
    case 'min':
      return values.reduce((a, b) => Math.min(a, b));
    case 'max':
      return values.reduce((a, b) => Math.max(a, b));
    case 'sum':
      return sum;
    case 'median': {
      const sorted = [...values].sort((a, b) => a - b);
      const middle = sorted.length >> 1;
      return sorted.length % 2 === 1
        ? (sorted[middle] as number)
        : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
    }
    default:
      return sum / values.length;
  }
}

/** Two runs side by side, paired by datapoint. */
export function compareRuns(
  newEvents: HoneyHiveEvent[],
  oldEvents: HoneyHiveEvent[],
  how: AggregateFunction,
): JsonObject {
  const sides = { old: group(measured(oldEvents)), new: group(measured(newEvents)) };
  const points = (events: HoneyHiveEvent[]): Set<string> =>
    new Set(
      events
        .filter((event) => event.event_type === 'session')
        .map((event) =>
          typeof event.metadata.datapoint_id === 'string' ? event.metadata.datapoint_id : event.session_id,
        ),
    );
  const oldPoints = points(oldEvents);
  const newPoints = points(newEvents);
  const metrics: Json[] = [];
  for (const key of new Set([...sides.new.keys(), ...sides.old.keys()])) {
    const older = sides.old.get(key) ?? [];
    const newer = sides.new.get(key) ?? [];
    const [metric_name, event_name, event_type] = JSON.parse(key) as [string, string, string];
    const before = aggregateOf(
      older.map((one) => one.value),
      how,
    );
    const after = aggregateOf(
      newer.map((one) => one.value),
      how,
    );
    const changed: Record<'improved' | 'degraded' | 'same', string[]> = { improved: [], degraded: [], same: [] };
    const pairs = new Map(older.map((one) => [one.datapoint, one.value]));
    for (const one of newer) {
      const was = pairs.get(one.datapoint);
      if (was !== undefined)
        changed[one.value > was ? 'improved' : one.value < was ? 'degraded' : 'same'].push(one.datapoint);
    }
    metrics.push({
      metric_name,
      event_name,
      event_type,
      metric_type: 'CLIENT_SIDE',
      old_aggregate: before,
      new_aggregate: after,
      difference: before === null || after === null ? null : after - before,
      percentage_change:
        before === null || after === null || before === 0 ? null : ((after - before) / Math.abs(before)) * 100,
      found_count: changed.improved.length + changed.degraded.length + changed.same.length,
      improved_count: changed.improved.length,
      degraded_count: changed.degraded.length,
      same_count: changed.same.length,
      ...changed,
      old_values: older.map((one) => one.value),
      new_values: newer.map((one) => one.value),
    });
  }
  const kinds = (events: HoneyHiveEvent[]): Set<string> =>
    new Set(events.map((event) => JSON.stringify([event.event_name, event.event_type])));
  const oldKinds = kinds(oldEvents);
  const newKinds = kinds(newEvents);
  return {
    metrics,
    commonDatapoints: [...newPoints].filter((id) => oldPoints.has(id)),
    newOnlyDatapoints: [...newPoints].filter((id) => !oldPoints.has(id)),
    oldOnlyDatapoints: [...oldPoints].filter((id) => !newPoints.has(id)),
    event_details: [...new Set([...oldKinds, ...newKinds])].map((kind) => {
      const [event_name, event_type] = JSON.parse(kind) as [string, string];
      return {
        event_name,
        event_type,
        presence: oldKinds.has(kind) && newKinds.has(kind) ? 'both' : newKinds.has(kind) ? 'new' : 'old',
      };
    }),
  };
}

function group(all: Measured[]): Map<string, Measured[]> {
  const groups = new Map<string, Measured[]>();
  for (const one of all) {
    const key = JSON.stringify([one.name, one.event.event_name, one.event.event_type]);
    const list = groups.get(key) ?? [];
    list.push(one);
    groups.set(key, list);
  }
  return groups;
}
