import { captureValue } from '../attributes/capture.js';
import { type FlatAttributes, flattenInto } from '../attributes/flatten.js';
import { EVENT_ID, EVENT_NAME, EVENT_TYPE, NAMESPACES, type Namespace } from '../attributes/keys.js';
import type { ArgNames } from './arg-names.js';
import type { TracerCore } from './core.js';
import type { EvaluationHook, SpanOptionsBase } from './options.js';

const UNKNOWN_ARGS: ArgNames = { names: [], rest: -1, defaults: new Map() };

/** What is known of a traced place before it is called: computed once, used at every call. */
export interface SpanPlan {
  readonly options: SpanOptionsBase;
  /** The span's name; `self` is what the method is called on. */
  name(self: unknown): string;
  argNames(): ArgNames;
  readonly includeInputs: boolean;
  readonly includeOutputs: boolean;
  /** Attributes that the options fix, masked and flattened as this tracer wants them. */
  fixed(core: TracerCore): FlatAttributes;
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
  const byCore = new WeakMap<TracerCore, FlatAttributes>();
  const named = options.argNames;
  let names: ArgNames | undefined;
  return {
    options,
    name: options.eventName === undefined ? parts.name : () => options.eventName as string,
    argNames: () => {
      names ??= named === undefined ? (parts.argNames?.() ?? UNKNOWN_ARGS) : { ...UNKNOWN_ARGS, names: named };
      return names;
    },
    includeInputs: options.includeInputs !== false && options.inputs === undefined,
    includeOutputs: options.includeOutputs !== false && options.outputs === undefined,
    fixed: (core) => {
      let attributes = byCore.get(core);
      if (attributes === undefined) {
        attributes = fixedAttributes(options, core);
        byCore.set(core, attributes);
      }
      return attributes;
    },
    sensitive: sensitivePaths(options.sensitive, parts.sensitiveArgs),
    evaluation: parts.evaluation,
  };
}

function fixedAttributes(options: SpanOptionsBase, core: TracerCore): FlatAttributes {
  const attributes = Object.create(null) as FlatAttributes;
  attributes[EVENT_TYPE] = options.eventType ?? 'tool';
  if (options.eventName !== undefined) attributes[EVENT_NAME] = options.eventName;
  const eventId = options.eventId ?? options.event_id;
  if (eventId !== undefined) attributes[EVENT_ID] = eventId;
  for (const namespace of Object.keys(NAMESPACES) as Namespace[]) {
    const value =
      namespace === 'userProperties' ? (options.userProperties ?? options.user_properties) : options[namespace];
    if (value !== undefined) flattenInto(attributes, NAMESPACES[namespace], value, core.capture);
  }
  for (const [key, value] of Object.entries(options.attributes ?? {})) {
    const captured = captureValue(value, key, core.capture);
    if (captured !== undefined) attributes[key] = captured;
  }
  return attributes;
}

function sensitivePaths(
  entries: readonly string[] = [],
  marked: ReadonlySet<number> = new Set(),
): SpanPlan['sensitive'] {
  if (entries.length === 0 && marked.size === 0) return () => undefined;
  return (name, index) => {
    if (marked.has(index) || entries.includes(name)) return true;
    const prefix = `${name}.`;
    const paths = entries.filter((entry) => entry.startsWith(prefix)).map((entry) => entry.slice(prefix.length));
    return paths.length === 0 ? undefined : paths;
  };
}
