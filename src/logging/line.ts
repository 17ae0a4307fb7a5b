import { format } from 'node:util';
import { isNativeError } from 'node:util/types';
import { context, type Span } from '@opentelemetry/api';
import { type CaptureContext, createCapture } from '../attributes/capture.js';
import { DEFAULT_LIMITS } from '../attributes/limits.js';
import { snapshot } from '../attributes/snapshot.js';
import { enrichmentOf } from './enrichment.js';
import { activeSpan, attributesOf, currentCore, traceContext } from './trace-context.js';

/** One log line before pino writes it. */
export interface Line {
  readonly fields: Record<string, unknown>;
  readonly message: string | undefined;
  /** What the caller gave, masked, without what the span adds. */
  readonly own: Record<string, unknown>;
  readonly span: Span | undefined;
}

let fallback: CaptureContext | undefined;

/** How values are masked and bounded: as the current tracer does it, else by default. */
export function currentCapture(): CaptureContext {
  const core = currentCore(context.active());
  if (core !== undefined) return core.capture;
  fallback ??= createCapture(DEFAULT_LIMITS, undefined);
  return fallback;
}

/** A log call's arguments, in either order, with the ids and the enrichment of the active span. */
export function lineOf(args: readonly unknown[]): Line {
  const capture = currentCapture();
  const { fields, message } = readArguments(args, capture);
  const own = masked(fields, capture);
  if (isPlain(own.err)) own.err = asPinoError(own.err);
  const span = activeSpan(context.active());
  // Without a prototype, in which `__proto__` is a field like any other.
  const line: Record<string, unknown> = Object.create(null);
  Object.assign(line, traceContext(), enrichmentOf(attributesOf(span)));
  for (const key of Object.keys(own)) line[key] = both(line[key], own[key]);
  return { fields: line, message: message === undefined ? undefined : text(message, capture), own, span };
}

/** A copy of an object's fields that is safe to write: bounded, secrets masked, user code asked once. */
export function masked(fields: object, capture: CaptureContext): Record<string, unknown> {
  const copy: unknown = snapshot(fields, capture);
  return typeof copy === 'object' && copy !== null && !Array.isArray(copy)
    ? (copy as Record<string, unknown>)
    : { value: copy };
}

/** `info(message, fields?)`, and pino's own: `info(fields, message?, ...values)` and `info(message, ...values)`. */
function readArguments(
  args: readonly unknown[],
  capture: CaptureContext,
): { fields: object; message: string | undefined } {
  const [first, second] = args;
  if (typeof first === 'string') {
    if (args.length === 1) return { fields: {}, message: first };
    if (args.length === 2 && isObject(second) && !PLACEHOLDER.test(first))
      return { fields: asFields(second), message: first };
    return { fields: {}, message: interpolate(first, args.slice(1), capture) };
  }
  const fields = isObject(first) ? asFields(first) : first === undefined || first === null ? {} : { value: first };
  if (typeof second === 'string') return { fields, message: interpolate(second, args.slice(2), capture) };
  return {
    fields: isObject(second) ? { ...masked(fields, capture), ...masked(asFields(second), capture) } : fields,
    message: errorText(first),
  };
}

const PLACEHOLDER = /%[sdifjoO]/;

function interpolate(message: string, values: readonly unknown[], capture: CaptureContext): string {
  if (values.length === 0) return message;
  return format(
    message,
    ...values.map((value) => (isObject(value) || typeof value === 'function' ? snapshot(value, capture) : value)),
  );
}

/** An error becomes `err`, as pino's users and their tools expect. */
function asFields(value: object): object {
  return isError(value) ? { err: value } : value;
}

/** Tools for pino's lines look for `type`. */
function asPinoError(error: Record<string, unknown>): Record<string, unknown> {
  if (error.type !== undefined || error.name === undefined) return error;
  const { name, ...rest } = error;
  return { type: name, ...rest };
}

export function errorText(value: unknown): string | undefined {
  try {
    return isError(value) ? String(value.message) : undefined;
  } catch {
    return undefined;
  }
}

function text(message: string, capture: CaptureContext): string {
  const clean: unknown = snapshot(message, capture);
  return typeof clean === 'string' ? clean : message;
}

function both(added: unknown, own: unknown): unknown {
  return isPlain(added) && isPlain(own) ? { ...added, ...own } : own;
}

/** Errors of another realm, as a vm's, included. */
export function isError(value: unknown): value is Error {
  try {
    return isNativeError(value) || value instanceof Error;
  } catch {
    return false;
  }
}

export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return isObject(value) && !Array.isArray(value);
}
