import type { HoneyHiveEvent } from '../wire/honeyhive-event.js';
import type { Json, JsonObject } from '../wire/value.js';

export const AGGREGATE_FUNCTIONS = ['average', 'min', 'max', 'sum', 'median', 'count', 'p90', 'p95', 'p99'] as const;
export type AggregateFunction = (typeof AGGREGATE_FUNCTIONS)[number];

export interface Measured {
  datapoint: string;
  session: string;
  name: string;
  event: HoneyHiveEvent;
  value: number;
  raw: Json;
  passed: boolean;
}

/** An event without what it took and gave, which may be large and which no measure looks at. */
export function withoutContents(event: HoneyHiveEvent): HoneyHiveEvent {
  return { ...event, inputs: {}, outputs: {}, config: {}, feedback: {}, user_properties: {} };
}

/** All events of a run, and those of them that the asker wants counted. */
export interface RunEvents {
  all: HoneyHiveEvent[];
  counted: HoneyHiveEvent[];
}

/** Which datapoint an event of a run belongs to: its own word, else its session's, else the session stands for one. */
export function datapointsOf(events: HoneyHiveEvent[]): (event: HoneyHiveEvent) => string {
  const named = (event: HoneyHiveEvent): string | undefined =>
    typeof event.metadata.datapoint_id === 'string' ? event.metadata.datapoint_id : undefined;
  const sessions = new Map<string, string | undefined>();
  for (const event of events) if (event.event_type === 'session') sessions.set(event.session_id, named(event));
  return (event) => named(event) ?? sessions.get(event.session_id) ?? event.session_id;
}

/** Events of the same name and type are counted together. */
export function kindsOf(events: HoneyHiveEvent[]): { event_name: string; event_type: string }[] {
  const kinds = new Map<string, { event_name: string; event_type: string }>();
  for (const { event_name, event_type } of events)
    kinds.set(JSON.stringify([event_name, event_type]), { event_name, event_type });
  return [...kinds.values()];
}

/** Numbers and booleans among the metrics of a run's events, each with the datapoint it belongs to. */
export function measured(events: HoneyHiveEvent[], datapointOf: (event: HoneyHiveEvent) => string): Measured[] {
  const found: Measured[] = [];
  for (const event of events) {
    const datapoint = datapointOf(event);
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
    case 'median':
      return percentile(values, 0.5);
    case 'p90':
    case 'p95':
    case 'p99':
      return percentile(values, Number(how.slice(1)) / 100);
    default:
      return sum / values.length;
  }
}

/** By linear interpolation between closest ranks; of an even count the median lies halfway. */
function percentile(values: number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const rank = share * (sorted.length - 1);
  const low = sorted[Math.floor(rank)] as number;
  return low + ((sorted[Math.ceil(rank)] as number) - low) * (rank % 1);
}
