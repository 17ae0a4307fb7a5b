import { context } from '@opentelemetry/api';
import { type CaptureContext, captureValue, createCapture } from '../attributes/capture.js';
import { type FlatAttributes, flattenInto } from '../attributes/flatten.js';
import { METADATA, USER_PROPERTIES } from '../attributes/keys.js';
import { DEFAULT_LIMITS } from '../attributes/limits.js';
import { sessionUuid } from '../base/ids.js';
import { idText } from '../session/scope.js';
import { activeCore } from '../tracing/active.js';
import { defaultCore, type SessionRef, type TracerCore } from '../tracing/core.js';
import { type Scope, type ScopeAttribute, scopeOf, sessionOf, withScope } from '../tracing/scope.js';
import { eachField, fieldsOf, isDictionary } from './fields.js';

/** What every span started inside a block gets, those of instrumentations too. */
export interface ContextAttributes {
  userId?: string | undefined;
  user_id?: string | undefined;
  sessionId?: string | undefined;
  session_id?: string | undefined;
  metadata?: object | undefined;
  tags?: readonly string[] | undefined;
  /** The template of a prompt, its version and the variables filled in. */
  promptTemplate?: string | { template?: string; version?: string; variables?: object } | undefined;
  prompt_template?: ContextAttributes['promptTemplate'];
  /** Raw span attributes. */
  attributes?: object | undefined;
}

/**
 * Runs `work` so that every span started inside carries these attributes, under HoneyHive's names and under
 * OpenInference's context attributes (`session.id`, `user.id`, `metadata`, `tag.tags`, `llm.prompt_template.*`).
 */
export function withAttributes<T>(attributes: ContextAttributes, work: () => T): T {
  return withAttributesOf(activeCore(context.active()) ?? defaultCore(), attributes, work);
}

/** The same for one tracer's limits and masks. */
export function withAttributesOf<T>(core: TracerCore | undefined, given: ContextAttributes, work: () => T): T {
  let scoped = context.active();
  try {
    const capture = core?.capture ?? createCapture(DEFAULT_LIMITS, undefined);
    const readable = fieldsOf(given) as ContextAttributes;
    const session = sessionFrom(readable, core, scopeOf(scoped));
    scoped = withScope(scoped, {
      attributes: scopeAttributes(readable, capture),
      ...(session === undefined ? {} : { session }),
    });
  } catch {
    // What cannot be described is left out; the work runs all the same.
  }
  return context.with(scoped, work);
}

function scopeAttributes(given: ContextAttributes, capture: CaptureContext): Record<string, ScopeAttribute> {
  const flat = Object.create(null) as FlatAttributes;
  const lists: Record<string, readonly string[]> = {};
  const put = (key: string, value: unknown): void => {
    const captured = captureValue(value, key, capture);
    if (captured !== undefined) flat[key] = captured;
  };
  const userId = idText(given.userId) ?? idText(given.user_id);
  put('user.id', userId);
  put(`${USER_PROPERTIES}.user_id`, userId);
  put('session.id', sessionIdIn(given));
  put('metadata', given.metadata);
  flattenInto(flat, METADATA, given.metadata, capture);
  if (given.tags !== undefined && given.tags !== null) {
    const tags: readonly unknown[] = Array.isArray(given.tags) ? given.tags : [given.tags];
    const texts = tags.map((tag) => captureValue(tag, 'tag.tags', capture));
    lists['tag.tags'] = texts.filter((tag) => tag !== undefined).map(String);
  }
  const prompt: unknown = given.promptTemplate ?? given.prompt_template;
  if (isDictionary(prompt)) {
    eachField(prompt, (key, value) => {
      if (PROMPT_PARTS.has(key)) put(`llm.prompt_template.${key}`, value);
    });
  } else put('llm.prompt_template.template', prompt);
  if (isDictionary(given.attributes)) eachField(given.attributes, put);
  else put('attributes', given.attributes);
  return { ...flat, ...lists };
}

const PROMPT_PARTS = new Set(['template', 'version', 'variables']);

function sessionIdIn(given: ContextAttributes): string | undefined {
  return idText(given.sessionId) ?? idText(given.session_id);
}

/** A session that somebody else may have started: the back end is asked to make it where nobody did. */
function sessionFrom(
  given: ContextAttributes,
  core: TracerCore | undefined,
  scope: Scope | undefined,
): SessionRef | undefined {
  const named = sessionIdIn(given);
  if (named === undefined) return undefined;
  const id = sessionUuid(named);
  const known = core === undefined ? undefined : sessionOf(core, scope);
  return known?.id === id ? known : { id, autoCreate: () => true };
}
