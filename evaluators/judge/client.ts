import type { TokenUsage } from '../result.js';
import type { ObjectSchema } from './schema.js';

/** One turn of a conversation with a judge. */
export interface JudgeMessage {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

/** What a judge is asked. */
export interface JudgeRequest {
  readonly messages: readonly JudgeMessage[];
  /** JSON Schema of the answer. The order of its properties is meant: the reason stands before the verdict. */
  readonly schema: ObjectSchema;
  /** Default: the client's own. */
  readonly model?: string | undefined;
  /** Left out: the model's own. */
  readonly temperature?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What a judge answered. */
export interface JudgeReply {
  /** The parsed JSON, or the text as it came where it was no JSON. It is checked by the one who asked. */
  readonly value: unknown;
  readonly usage?: TokenUsage | undefined;
  /** In US dollars. */
  readonly costUsd?: number | undefined;
  /** The model that answered. */
  readonly model?: string | undefined;
}

/** A model that judges. Bring your own, or use {@link openAiJudge} for any OpenAI-compatible endpoint. */
export interface JudgeClient {
  /** The model asked where a request names none; part of the cache key. */
  readonly model?: string | undefined;
  /** Rejects where no answer was to be had; an answer of the wrong shape is an answer. */
  complete(request: JudgeRequest): Promise<JudgeReply>;
  /** One vector for each text, in their order. */
  embed?(texts: readonly string[], signal?: AbortSignal): Promise<number[][]>;
}

/** Whether `value` can be asked. */
export function isJudgeClient(value: unknown): value is JudgeClient {
  return (
    typeof value === 'object' && value !== null && typeof (value as { complete?: unknown }).complete === 'function'
  );
}
