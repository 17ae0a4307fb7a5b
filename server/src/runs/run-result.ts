import type { Json, JsonObject } from '../wire/value.js';
import { type AggregateFunction, aggregateOf, datapointsOf, kindsOf, measured, type RunEvents } from './measured.js';

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
  event_details: { event_name: string; event_type: string }[];
}

/** What a run's events say. */
export function runResult(status: string, { all: events, counted }: RunEvents, how: AggregateFunction): RunResult {
  const datapointOf = datapointsOf(events);
  const all = measured(counted, datapointOf);
  const details = new Map<string, MetricDetail>();
  const points = new Map<string, RunResult['datapoints'][number]>();
  for (const event of events) {
    if (event.event_type !== 'session') continue;
    const id = datapointOf(event);
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
    event_details: kindsOf(counted),
  };
}

/** The metrics as they were said, event by event. */
export function runMetrics({ all, counted }: RunEvents): JsonObject {
  const datapointOf = datapointsOf(all);
  const events = counted
    .filter((event) => Object.keys(event.metrics).length > 0)
    .map((event) => ({
      event_id: event.event_id,
      event_name: event.event_name,
      event_type: event.event_type,
      session_id: event.session_id,
      metadata: { ...event.metadata, datapoint_id: datapointOf(event) },
      metrics: event.metrics,
    }));
  return { events, totalEvents: events.length };
}
