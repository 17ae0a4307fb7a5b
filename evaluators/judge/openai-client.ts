import { messageOf } from '../../src/base/errors.js';
import { warn } from '../../src/base/warn.js';
import type { TokenUsage } from '../result.js';
import type { JudgeClient } from './client.js';
import { JudgeError } from './error.js';
import { completionBody, completionValue, type Manners, modelOf, politer, usageOf, vectorsOf } from './openai-wire.js';
import { type Endpoint, errorText, post } from './post.js';

/** US dollars per million tokens, or a function of one call's tokens that gives US dollars. */
export type JudgePrice =
  | { readonly input: number; readonly output: number }
  | ((usage: TokenUsage, model: string) => number);

/** Any endpoint that speaks OpenAI's chat completions and, for similarity, embeddings. */
export interface OpenAiJudgeOptions {
  readonly model: string;
  /** Default `https://api.openai.com/v1`. */
  readonly baseUrl?: string | undefined;
  /** Left out for servers that want none. */
  readonly apiKey?: string | undefined;
  readonly price?: JudgePrice | undefined;
  /** Default `text-embedding-3-small`. */
  readonly embeddingModel?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Wall clock of one question with all its attempts, in ms. Default 60,000. */
  readonly timeoutMs?: number | undefined;
  /** Attempts after the first. Default 3. */
  readonly maxRetries?: number | undefined;
  /** Default 4 MiB; embeddings come in many requests where needed. */
  readonly maxResponseBytes?: number | undefined;
  /** Lets the key travel over plain http to another machine. Default false. */
  readonly allowInsecure?: boolean | undefined;
}

export const OPENAI_URL = 'https://api.openai.com/v1';
const EMBEDDINGS_PER_REQUEST = 64;

/**
 * A judge behind an OpenAI-compatible endpoint. What a model refuses (structured output, a temperature) is left out
 * from then on. Loads axios with the first question.
 */
export function openAiJudge(options: OpenAiJudgeOptions): JudgeClient {
  const endpoint: Endpoint = {
    baseUrl: options.baseUrl ?? OPENAI_URL,
    apiKey: options.apiKey === '' ? undefined : options.apiKey,
    headers: options.headers ?? {},
    timeoutMs: options.timeoutMs ?? 60_000,
    maxRetries: options.maxRetries ?? 3,
    maxResponseBytes: options.maxResponseBytes ?? 4 * 1024 * 1024,
    allowInsecure: options.allowInsecure ?? false,
  };
  const learnt = new Map<string, Manners>();

  return {
    model: options.model,

    async complete(request) {
      const model = request.model ?? options.model;
      for (let manners = learnt.get(model) ?? { mode: 'response_format', temperature: true }; ; ) {
        const { status, body } = await post(
          endpoint,
          '/chat/completions',
          completionBody(request, model, manners),
          request.signal,
        );
        if (status >= 200 && status < 300 && !isError(body)) {
          const usage = usageOf(body);
          const costUsd = usage && (await costOf(options.price, usage, model));
          const value = completionValue(body, { usage, costUsd });
          return { value, usage, costUsd, model: modelOf(body) ?? model };
        }
        const next = politer(manners, request, status, body);
        if (next === undefined) throw refused(status, body, endpoint.apiKey);
        learnt.set(model, next);
        manners = next;
      }
    },

    async embed(texts, signal) {
      const model = options.embeddingModel ?? 'text-embedding-3-small';
      const vectors: number[][] = [];
      for (let from = 0; from < texts.length; from += EMBEDDINGS_PER_REQUEST) {
        const input = texts.slice(from, from + EMBEDDINGS_PER_REQUEST);
        const { status, body } = await post(
          endpoint,
          '/embeddings',
          { model, input, encoding_format: 'float' },
          signal,
        );
        if (status < 200 || status >= 300) throw refused(status, body, endpoint.apiKey);
        vectors.push(...vectorsOf(body, input.length));
      }
      return vectors;
    },
  };
}

/** A price that cannot be told costs the cost, not the answer, which is paid for. */
async function costOf(price: JudgePrice | undefined, usage: TokenUsage, model: string): Promise<number | undefined> {
  if (price === undefined) return undefined;
  if (typeof price !== 'function')
    return finite((usage.inputTokens * price.input + usage.outputTokens * price.output) / 1_000_000);
  try {
    return finite(await price(usage, model));
  } catch (thrown) {
    warn('judge:price', `the judge's price function failed: ${messageOf(thrown)}`);
    return undefined;
  }
}

function finite(cost: number): number | undefined {
  return Number.isFinite(cost) ? cost : undefined;
}

/** Gateways tell some failures of the model behind them with status 200. */
function isError(body: unknown): boolean {
  return typeof body === 'object' && body !== null && 'error' in body && !!body.error && !('choices' in body);
}

function refused(status: number, body: unknown, apiKey: string | undefined): JudgeError {
  const hint = status === 401 || status === 403 ? ' (is the key right?)' : '';
  const reason = status >= 300 && status < 400 ? 'a redirect, which is not followed' : errorText(body, apiKey);
  const filtered = (body as { error?: { code?: unknown } } | undefined)?.error?.code === 'content_filter';
  const failure = filtered ? 'judge_refused' : 'judge_http_error';
  return new JudgeError(failure, `the judge answered ${status}${hint}: ${reason}`, { status });
}
