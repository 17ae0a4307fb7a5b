import type { HoneyHiveEvent } from '../wire/honeyhive-event.js';
import type { JsonObject } from '../wire/value.js';
import {
  type AggregateFunction,
  aggregateOf,
  datapointsOf,
  kindsOf,
  type Measured,
  measured,
  type RunEvents,
} from './measured.js';

/** Two runs side by side, paired by datapoint. */
export function compareRuns(newer: RunEvents, older: RunEvents, how: AggregateFunction): JsonObject {
  const [after, before] = [sideOf(newer), sideOf(older)];
  const [newKinds, oldKinds] = [newer, older].map(
    ({ counted }) => new Map(kindsOf(counted).map((kind) => [JSON.stringify(kind), kind])),
  ) as [Kinds, Kinds];
  return {
    metrics: pairsOfGroups(after.groups, before.groups).map(([now, was]) => comparison(now, was, how)),
    commonDatapoints: [...after.points].filter((id) => before.points.has(id)),
    newOnlyDatapoints: [...after.points].filter((id) => !before.points.has(id)),
    oldOnlyDatapoints: [...before.points].filter((id) => !after.points.has(id)),
    event_details: [...new Map([...oldKinds, ...newKinds])].map(([key, kind]) => ({
      ...kind,
      presence: oldKinds.has(key) && newKinds.has(key) ? 'both' : newKinds.has(key) ? 'new' : 'old',
    })),
  };
}

type Kinds = Map<string, { event_name: string; event_type: string }>;

interface Side {
  /** Datapoints that have a session. */
  points: Set<string>;
  groups: Measured[][];
}

function sideOf({ all, counted }: RunEvents): Side {
  const datapointOf = datapointsOf(all);
  const sessions = all.filter((event) => event.event_type === 'session');
  const groups = new Map<string, Measured[]>();
  for (const one of measured(counted, datapointOf)) {
    const key = JSON.stringify([one.name, one.event.event_name, one.event.event_type]);
    const group = groups.get(key);
    if (group) group.push(one);
    else groups.set(key, [one]);
  }
  return { points: new Set(sessions.map(datapointOf)), groups: [...groups.values()] };
}

/**
 * Metrics of the same name on the same kind of event. What is left over is paired by name alone where either side has
 * it on one kind of event: runs of two functions are compared too, and an event bears its function's name.
 */
function pairsOfGroups(newer: Measured[][], older: Measured[][]): [Measured[], Measured[]][] {
  const kindOf = ([one]: Measured[]): string =>
    JSON.stringify([one?.name, one?.event.event_name, one?.event.event_type]);
  const before = new Map(older.map((group) => [kindOf(group), group]));
  const pairs = newer.map((group): [Measured[], Measured[]] => {
    const match = before.get(kindOf(group)) ?? [];
    before.delete(kindOf(group));
    return [group, match];
  });
  for (const [key, group] of before) {
    const named = (other: Measured[]): boolean => other[0]?.name === group[0]?.name;
    const open = pairs.filter(([now]) => named(now));
    const only = open.length === 1 && open[0]?.[1].length === 0 && older.filter(named).length === 1;
    if (only) (open[0] as [Measured[], Measured[]])[1] = group;
    else pairs.push([[], group]);
    before.delete(key);
  }
  return pairs;
}

function comparison(now: Measured[], was: Measured[], how: AggregateFunction): JsonObject {
  const { name, event } = (now[0] ?? was[0]) as Measured;
  const [newValues, oldValues] = [now, was].map((side) => side.map((one) => one.value)) as [number[], number[]];
  const after = now.length === 0 ? null : aggregateOf(newValues, how);
  const before = was.length === 0 ? null : aggregateOf(oldValues, how);
  const difference = before === null || after === null ? null : after - before;
  const changed: Record<'improved' | 'degraded' | 'same', string[]> = { improved: [], degraded: [], same: [] };
  const earlier = new Map(was.map((one) => [one.datapoint, one.value]));
  for (const one of now) {
    const value = earlier.get(one.datapoint);
    if (value !== undefined)
      changed[one.value > value ? 'improved' : one.value < value ? 'degraded' : 'same'].push(one.datapoint);
  }
  return {
    metric_name: name,
    event_name: event.event_name,
    event_type: event.event_type,
    metric_type: 'CLIENT_SIDE',
    // Left out where there is none: HoneyHive's TypeScript client takes no null for a number.
    ...known('old_aggregate', before),
    ...known('new_aggregate', after),
    ...known('difference', difference),
    ...known('percentage_change', difference === null || !before ? null : (difference / Math.abs(before)) * 100),
    found_count: changed.improved.length + changed.degraded.length + changed.same.length,
    improved_count: changed.improved.length,
    degraded_count: changed.degraded.length,
    same_count: changed.same.length,
    ...changed,
    old_values: oldValues,
    new_values: newValues,
  };
}

function known(name: string, value: number | null): JsonObject {
  return value === null ? {} : { [name]: value };
}

export interface Wanted {
  event_name?: string | undefined;
  event_type?: string | undefined;
}

export interface EventPair {
  datapoint_id: string;
  event_1: HoneyHiveEvent;
  event_2: HoneyHiveEvent;
}

/** Events of both runs that belong to the same datapoint: sessions, or those of the name and type that are wanted. */
export function eventPairs(newer: RunEvents, older: RunEvents, wanted: Wanted): EventPair[] {
  const type = wanted.event_type ?? (wanted.event_name === undefined ? 'session' : undefined);
  const byDatapoint = ({ all, counted }: RunEvents): Map<string, HoneyHiveEvent> => {
    const datapointOf = datapointsOf(all);
    const count = new Map<string, number>();
    const found = new Map<string, HoneyHiveEvent>();
    // Latest first they were found; the first call of a datapoint is paired with the first of the other run.
    for (const event of [...counted].reverse()) {
      const isSession = event.event_type === 'session';
      if (type === undefined ? isSession : event.event_type !== type) continue;
      if (wanted.event_name !== undefined && event.event_name !== wanted.event_name) continue;
      const datapoint = datapointOf(event);
      // A session bears its run's name.
      const name = isSession ? '' : event.event_name;
      const key = JSON.stringify([datapoint, event.event_type, name]);
      const nth = count.get(key) ?? 0;
      count.set(key, nth + 1);
      found.set(JSON.stringify([key, nth]), event);
    }
    return found;
  };
  const before = byDatapoint(older);
  const datapointOf = datapointsOf(newer.all);
  return [...byDatapoint(newer)].flatMap(([key, event]) => {
    const other = before.get(key);
    if (!other) return [];
    return [{ datapoint_id: datapointOf(event), event_1: event, event_2: other }];
  });
}
