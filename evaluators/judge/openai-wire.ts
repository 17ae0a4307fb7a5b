import type { TokenUsage } from '../result.js';
import type { JudgeRequest } from './client.js';
import { JudgeError, type JudgeFailureDetails } from './error.js';
import { jsonOf } from './json-reply.js';

/** How the schema is asked for: structured output, one forced tool, or the words of the prompt alone. */
export type SchemaMode = 'response_format' | 'tool' | 'prompt';

/** What a model's server is known to refuse. */
export interface Manners {
  readonly mode: SchemaMode;
  readonly temperature: boolean;
}

const VERDICT = 'verdict';

/** The body of POST /chat/completions (OpenAI API reference, "Create chat completion"). */
export function completionBody(request: JudgeRequest, model: string, manners: Manners): Record<string, unknown> {
  const body: Record<string, unknown> = { model, messages: request.messages };
  if (manners.temperature && request.temperature !== undefined) body['temperature'] = request.temperature;
  if (manners.mode === 'response_format') {
    const json_schema = { name: VERDICT, strict: true, schema: request.schema };
    body['response_format'] = { type: 'json_schema', json_schema };
  }
  if (manners.mode === 'tool') {
    const description = 'Gives the reasoning and the verdict.';
    body['tools'] = [{ type: 'function', function: { name: VERDICT, description, parameters: request.schema } }];
    body['tool_choice'] = { type: 'function', function: { name: VERDICT } };
  }
  return body;
}

/** What to leave out after this refusal; undefined where the refusal is about something else. */
export function politer(manners: Manners, asked: JudgeRequest, status: number, refusal: unknown): Manners | undefined {
  if (status !== 400 && status !== 404 && status !== 422) return undefined;
  const text = (JSON.stringify(refusal) ?? '').toLowerCase();
  if (manners.temperature && asked.temperature !== undefined && text.includes('temperature')) {
    return { ...manners, temperature: false };
  }
  if (manners.mode === 'response_format' && /response_format|json_schema|structured output/.test(text)) {
    return { ...manners, mode: 'tool' };
  }
  if (manners.mode === 'tool' && /tool|function/.test(text)) return { ...manners, mode: 'prompt' };
  return undefined;
}

/** The answer in a chat completion. Throws a JudgeError, with what it cost, for a refusal and for what is no completion. */
export function completionValue(body: unknown, spent: JudgeFailureDetails): unknown {
  const choice = field(field(body, 'choices'), '0');
  const message = field(choice, 'message');
  if (typeof message !== 'object' || message === null) {
    throw new JudgeError('judge_http_error', 'the judge answered with something that is no chat completion', spent);
  }
  const refusal = field(message, 'refusal');
  if (typeof refusal === 'string' && refusal !== '') {
    throw new JudgeError('judge_refused', `the judge refused: ${refusal.slice(0, 300)}`, spent);
  }
  const finish = field(choice, 'finish_reason');
  if (finish === 'content_filter') throw new JudgeError('judge_refused', 'a content filter stopped the judge', spent);
  const call = field(field(field(field(message, 'tool_calls'), '0'), 'function'), 'arguments');
  if (typeof call === 'object' && call !== null) return call;
  const text = typeof call === 'string' ? call : textOf(field(message, 'content'));
  return jsonOf(text);
}

/** Token counts, where the server tells them. */
export function usageOf(body: unknown): TokenUsage | undefined {
  const usage = field(body, 'usage');
  const inputTokens = field(usage, 'prompt_tokens');
  const outputTokens = field(usage, 'completion_tokens') ?? 0;
  return typeof inputTokens === 'number' && typeof outputTokens === 'number'
    ? { inputTokens, outputTokens }
    : undefined;
}

/** The model that answered. */
export function modelOf(body: unknown): string | undefined {
  const model = field(body, 'model');
  return typeof model === 'string' ? model : undefined;
}

/** The vectors of an embeddings answer in the order of the texts. Throws a JudgeError where one is missing. */
export function vectorsOf(body: unknown, count: number): number[][] {
  const data = field(body, 'data');
  const vectors = new Array<number[] | undefined>(count);
  if (Array.isArray(data)) {
    data.forEach((item: unknown, i) => {
      const index = field(item, 'index') ?? i;
      const vector = field(item, 'embedding');
      if (typeof index === 'number' && Array.isArray(vector) && vector.every(Number.isFinite)) vectors[index] = vector;
    });
  }
  const complete = vectors.slice(0, count);
  for (let i = 0; i < count; i += 1) {
    if (complete[i] === undefined)
      throw new JudgeError('judge_http_error', `the answer holds no embedding for text ${i}`);
  }
  return complete as number[][];
}

function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content.map((part: unknown) => String(field(part, 'text') ?? '')).join('');
}

function field(holder: unknown, key: string): unknown {
  if (typeof holder !== 'object' || holder === null) return undefined;
  return Object.hasOwn(holder, key) ? (holder as Record<string, unknown>)[key] : undefined;
}
