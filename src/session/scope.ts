import { newUuid, sessionUuid } from '../base/ids.js';
import type { SessionStart } from './body.js';

/** What `withSession` takes, in either spelling. */
export interface SessionOptions {
  sessionName?: string | undefined;
  session_name?: string | undefined;
  /** Default: a new UUID. What is no UUID is replaced by its version 5 UUID. */
  sessionId?: string | undefined;
  session_id?: string | undefined;
  source?: string | undefined;
  project?: string | undefined;
  inputs?: unknown;
  metadata?: unknown;
  config?: unknown;
  userProperties?: unknown;
  user_properties?: unknown;
}

/** What a session has where its options say nothing: the tracer's own. */
export type SessionDefaults = Pick<
  SessionStart,
  'sessionName' | 'source' | 'project' | 'runId' | 'datasetId' | 'datapointId'
>;

/** A session as its start says it; makes the id, so that nothing has to wait for a server. */
export function newSession(options: SessionOptions, defaults: SessionDefaults): SessionStart {
  const userProperties = options.userProperties ?? options.user_properties;
  return {
    sessionId: sessionIdOf(options.sessionId ?? options.session_id),
    sessionName: idText(options.sessionName) ?? idText(options.session_name) ?? defaults.sessionName,
    source: idText(options.source) ?? defaults.source,
    project: idText(options.project) ?? defaults.project,
    ...(options.inputs === undefined ? {} : { inputs: options.inputs }),
    ...(options.metadata === undefined ? {} : { metadata: options.metadata }),
    ...(options.config === undefined ? {} : { config: options.config }),
    ...(userProperties === undefined ? {} : { userProperties }),
    runId: defaults.runId,
    datasetId: defaults.datasetId,
    datapointId: defaults.datapointId,
  };
}

/** `given` as a back end takes it: lower case, and a UUID; a new one where nothing was given. */
export function sessionIdOf(given: unknown): string {
  const id = idText(given);
  return id === undefined ? newUuid() : sessionUuid(id);
}

/**
 * The text of an id or a name: a text, a number, or an object that has a text of its own, as the ids of databases do.
 * Undefined for what names nothing. Never throws.
 */
export function idText(value: unknown): string | undefined {
  try {
    if (!['string', 'number', 'bigint', 'object'].includes(typeof value) || value === null || Array.isArray(value)) {
      return undefined;
    }
    const text = String(value);
    return text === '' || (typeof value === 'object' && text.startsWith('[object ')) ? undefined : text;
  } catch {
    return undefined;
  }
}
