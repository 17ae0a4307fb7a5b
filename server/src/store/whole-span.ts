import { allBuckets, errorMessageOf } from '../wire/describe.js';
import { type EventPatch, patchedRecord } from '../wire/event-patch.js';
import type { Evaluation, ThinSpan, WholeSpan } from '../wire/records.js';
import type { BUCKETS, SpanRecord } from '../wire/span-record.js';
import { milliseconds } from '../wire/times.js';
import { emptyObject, type Json, type JsonObject, plain, plainObject } from '../wire/value.js';

const YEAR_2262_MS = 9_214_646_400_000;

/** A span as detail views show it, put together from its thin row, its payload and later updates of its event. */
export function wholeSpan(
  thin: ThinSpan,
  record: SpanRecord,
  about: { project: string; source: string | null },
  patch: EventPatch | undefined,
): WholeSpan {
  const shown = patch === undefined ? record : patchedRecord(record, patch);
  const buckets = allBuckets(shown);
  const bucket = (name: (typeof BUCKETS)[number]): JsonObject => buckets[name] ?? emptyObject();
  return {
    ...thin,
    project: about.project,
    source: about.source,
    kind: record.kind,
    statusMessage: record.statusMessage,
    startTimeUnixNano: shown.startNs,
    endTimeUnixNano: shown.endNs,
    inputs: bucket('inputs'),
    outputs: bucket('outputs'),
    config: bucket('config'),
    metadata: bucket('metadata'),
    metrics: bucket('metrics'),
    feedback: bucket('feedback'),
    userProperties: bucket('user_properties'),
    error: errorOf(shown, thin, patch),
    evaluations: evaluationsOf(record),
    events: record.events.map((event) => ({
      name: event.name,
      time: milliseconds(event.timeNs),
      attributes: plainObject(event.attributes),
      ...(event.droppedAttributes === undefined ? {} : { droppedAttributes: event.droppedAttributes }),
    })),
    attributes: plainObject(record.attributes),
    resource: plainObject(record.resource),
    scope: { ...record.scope, attributes: plainObject(record.scope.attributes) },
    links: record.links.map((link) => ({ ...link, attributes: plainObject(link.attributes) })),
    traceState: record.traceState,
    traceFlags: record.flags ?? 0,
    dropped: {
      attributes: record.droppedAttributes ?? 0,
      events: record.droppedEvents ?? 0,
      links: record.droppedLinks ?? 0,
    },
    flags: flagsOf(shown),
  };
}

function textOf(value: Json | undefined): string | undefined {
  if (value === undefined || value === null) return undefined;
  const shown = plain(value);
  return typeof shown === 'string' ? shown : JSON.stringify(shown);
}

function errorOf(record: SpanRecord, thin: ThinSpan, patch: EventPatch | undefined): WholeSpan['error'] {
  if (thin.status !== 'error' && patch?.error === undefined) return null;
  const exception = record.events.find((event) => event.name === 'exception')?.attributes;
  const type =
    textOf(record.attributes.honeyhive_error_type) ??
    textOf(exception?.['exception.type']) ??
    textOf(record.attributes['error.type']);
  const message = errorMessageOf(record) || undefined;
  const stack = textOf(exception?.['exception.stacktrace']);
  return {
    ...(type === undefined ? {} : { type }),
    ...(message === undefined ? {} : { message }),
    ...(stack === undefined ? {} : { stack }),
  };
}

export function evaluationsOf(record: Pick<SpanRecord, 'attributes' | 'events'>): Evaluation[] {
  const result: Evaluation[] = [];
  for (const { name: eventName, attributes } of record.events) {
    if (eventName !== 'gen_ai.evaluation.result') continue;
    const name = textOf(attributes['gen_ai.evaluation.name']) ?? 'unnamed';
    const value = attributes['gen_ai.evaluation.score.value'];
    const score = value === undefined ? null : Number(plain(value));
    const metric = (suffix: string): Json | undefined => record.attributes[`honeyhive_metrics.${name}_${suffix}`];
    const passed = metric('passed');
    const errorType = textOf(attributes['error.type']) ?? null;
    result.push({
      name,
      score: score === null || Number.isNaN(score) ? null : score,
      label: textOf(attributes['gen_ai.evaluation.score.label']) ?? textOf(metric('label')) ?? null,
      explanation: textOf(attributes['gen_ai.evaluation.explanation']) ?? textOf(metric('explanation')) ?? null,
      passed: typeof passed === 'boolean' ? passed : null,
      status: textOf(metric('status')) ?? (errorType === null ? 'ok' : errorType === 'timeout' ? 'timeout' : 'error'),
      errorType,
    });
  }
  return result;
}

function flagsOf(record: SpanRecord): string[] {
  const flags: string[] = [];
  const start = milliseconds(record.startNs);
  if (record.startNs === '0') flags.push('no start time');
  if (record.endNs === '0') flags.push('still running');
  else if (BigInt(record.endNs) < BigInt(record.startNs)) flags.push('ends before it starts');
  if (start > YEAR_2262_MS) flags.push('starts after the year 2262');
  const left = [
    ...counted(record.droppedAttributes, 'attribute'),
    ...counted(record.droppedEvents, 'event'),
    ...counted(record.droppedLinks, 'link'),
  ];
  if (left.length > 0) flags.push(`left out by the sender, whose limits they exceed: ${left.join(', ')}`);
  return flags;
}

function counted(count: number | undefined, noun: string): string[] {
  return count === undefined ? [] : [`${count} ${noun}${count === 1 ? '' : 's'}`];
}
