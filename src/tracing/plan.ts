import { type AttributeScalar, type CaptureContext, captureValue } from '../attributes/capture.js';
import { type FlatAttributes, flattenInto } from '../attributes/flatten.js';
import { EVENT_ID, EVENT_NAME, EVENT_TYPE, INPUTS, NAMESPACES, type Namespace } from '../attributes/keys.js';
import { safeRead } from '../attributes/safe-read.js';
import type { ArgNames } from './arg-names.js';
import type { SpanBeginning, TracerCore } from './core.js';
import type { EvaluationHook, SpanOptionsBase } from './options.js';
import { tracerStamps } from './stamp.js';

/** Beyond so many arguments their names are put together at every call. */
const MAX_KEYS = 64;
const UNKNOWN_ARGS: ArgNames = { names: [], rest: -1, defaults: new Map() };

/** What is known of a traced place before it is called: computed once, used at every call. */
export interface SpanPlan {
  readonly options: SpanOptionsBase;
  /** The span's name; `self` is what the method is called on. */
  name(self: unknown): string;
  argNames(): ArgNames;
  /** The attribute name of an argument, by position. */
  inputKey(index: number): string;
  /** How many arguments are looked at even where fewer are given: those behind have defaults. */
  leastInputs(): number;
  readonly includeInputs: boolean;
  readonly includeOutputs: boolean;
  /** What each span of this place starts with under that tracer. */
  beginning(core: TracerCore): SpanBeginning;
  /** Which paths of the parameter are masked; `true` for all of it. */
  sensitive(name: string, index: number): readonly string[] | true | undefined;
  readonly evaluation?: EvaluationHook | undefined;
}

export interface PlanParts {
  readonly options: SpanOptionsBase;
  readonly name: (self: unknown) => string;
  readonly argNames?: () => ArgNames;
  /** Positions marked with `@Sensitive`. */
  readonly sensitiveArgs?: ReadonlySet<number>;
  readonly evaluation?: EvaluationHook | undefined;
}

export function makePlan(parts: PlanParts): SpanPlan {
  const { options } = parts;
  const named = options.argNames;
  let names: ArgNames | undefined;
  let least: number | undefined;
  const keys: string[] = [];
  // The tracer of the last call, by a part of it that does not keep the whole tracer alive.
  let known: CaptureContext | undefined;
  let beginning: SpanBeginning | undefined;
  const argNames = (): ArgNames => {
    names ??= named === undefined ? (parts.argNames?.() ?? UNKNOWN_ARGS) : { ...UNKNOWN_ARGS, names: named };
    return names;
  };
  return {
    options,
    name: options.eventName === undefined ? parts.name : () => options.eventName as string,
    argNames,
    inputKey: (index) => {
      let key = keys[index];
      if (key === undefined) {
        key = `${INPUTS}.${argNames().names[index] ?? `arg${index}`}`;
        if (index <= keys.length && index < MAX_KEYS) keys[index] = key;
      }
      return key;
    },
    leastInputs: () => {
      least ??= argNames().defaults.size === 0 ? 0 : Math.max(...argNames().defaults.keys()) + 1;
      return least;
    },
    includeInputs: options.includeInputs !== false && options.inputs === undefined,
    includeOutputs: options.includeOutputs !== false && options.outputs === undefined,
    beginning: (core) => {
      if (beginning === undefined || known !== core.capture) {
        beginning = beginningOf(options, core);
        known = core.capture;
      }
      return beginning;
    },
    sensitive: sensitivePaths(options.sensitive, parts.sensitiveArgs),
    evaluation: parts.evaluation,
  };
}

/** The limits hold for what options fix as for anything else. */
function beginningOf(options: SpanOptionsBase, core: TracerCore): SpanBeginning {
  const { attributesPerSpan, spanBytes } = core.capture.limits;
  const all = fixedAttributes(options, core);
  const fixed: Record<string, AttributeScalar> = {};
  let count = 0;
  let bytes = 0;
  let dropped = 0;
  for (const key in all) {
    const value = all[key] as AttributeScalar;
    const size = key.length + (typeof value === 'string' ? value.length : 8);
    if (count >= attributesPerSpan || bytes + size > spanBytes) dropped += 1;
    else {
      count += 1;
      bytes += size;
      define(fixed, key, value);
    }
  }
  const attributes: Record<string, unknown> = { ...tracerStamps(core), ...fixed };
  const names = new Set(Object.keys(attributes));
  return { attributes, names, fixed, named: EVENT_NAME in fixed, counted: { attributes: count, bytes, dropped } };
}

/** `__proto__` is a key like any other. */
function define(target: Record<string, AttributeScalar>, key: string, value: AttributeScalar): void {
  if (key === '__proto__')
    Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
  else target[key] = value;
}

function fixedAttributes(options: SpanOptionsBase, core: TracerCore): FlatAttributes {
  const attributes = Object.create(null) as FlatAttributes;
  attributes[EVENT_TYPE] = options.eventType ?? 'tool';
  if (options.eventName !== undefined) attributes[EVENT_NAME] = core.capture.redactor.key(options.eventName).name;
  const eventId = options.eventId ?? options.event_id;
  if (eventId !== undefined) attributes[EVENT_ID] = eventId;
  for (const namespace of Object.keys(NAMESPACES) as Namespace[]) {
    const value =
      namespace === 'userProperties' ? (options.userProperties ?? options.user_properties) : options[namespace];
    if (value !== undefined) flattenInto(attributes, NAMESPACES[namespace], value, core.capture);
  }
  const given = options.attributes ?? {};
  for (const key of Object.keys(given)) {
    const captured = captureValue(safeRead(given, key), key, core.capture);
    if (captured !== undefined) attributes[key] = captured;
  }
  return attributes;
}

const nothingSensitive = (): undefined => undefined;

function sensitivePaths(
  entries: readonly string[] = [],
  marked: ReadonlySet<number> = new Set(),
): SpanPlan['sensitive'] {
  if (entries.length === 0 && marked.size === 0) return nothingSensitive;
  return (name, index) => {
    if (marked.has(index) || entries.includes(name)) return true;
    const prefix = `${name}.`;
    const paths = entries.filter((entry) => entry.startsWith(prefix)).map((entry) => entry.slice(prefix.length));
    return paths.length === 0 ? undefined : paths;
  };
}
