import { ConfigError, type OptionProblem } from '../../src/base/errors.js';
import { shared } from '../../src/base/slot.js';
import { isJudgeClient, type JudgeClient } from './client.js';
import { OPENAI_URL, type OpenAiJudgeOptions, openAiJudge } from './openai-client.js';
import { isLoopback } from './secret.js';

/** What {@link configureJudge} takes besides a client: an endpoint; what is left out comes from the environment. */
export type JudgeConfig = Omit<OpenAiJudgeOptions, 'model'> & { readonly model?: string | undefined };

/** Asked where neither an option nor `HH_JUDGE_MODEL` names a model. */
const DEFAULT_MODEL = 'gpt-4o-mini';

/** Why judge-based evaluators are skipped. */
export const NO_JUDGE =
  'no judge is configured: call configureJudge({ model, baseUrl, apiKey }), give the evaluator a `judge`, or set OPENAI_API_KEY';

interface JudgeState {
  explicit: JudgeClient | undefined;
  fromEnv: { readonly key: string; readonly client: JudgeClient } | undefined;
}

const state = (): JudgeState => shared('judge', () => ({ explicit: undefined, fromEnv: undefined }));

/**
 * The judge of all evaluators that are given none of their own: an OpenAI-compatible endpoint or your own client;
 * `undefined` goes back to the environment. Fields left out come from `OPENAI_API_KEY`, `OPENAI_BASE_URL` and
 * `HH_JUDGE_MODEL`. Throws a ConfigError that lists every wrong field.
 *
 * @example
 * configureJudge({ model: 'gpt-4o-mini', apiKey: process.env.OPENAI_API_KEY });
 * configureJudge({ model: 'llama3.1', baseUrl: 'http://127.0.0.1:11434/v1' });
 */
export function configureJudge(judge: JudgeConfig | JudgeClient | undefined): void {
  if (judge === undefined || isJudgeClient(judge)) {
    state().explicit = judge;
    return;
  }
  const problems = problemsOf(judge);
  if (problems.length > 0) throw new ConfigError('configureJudge', problems);
  const resolved = resolve(judge);
  const url = new URL(resolved.baseUrl);
  if (resolved.apiKey !== undefined && !resolved.allowInsecure && url.protocol === 'http:' && !isLoopback(url)) {
    const allowed = 'https, or a server on this machine, or allowInsecure: true';
    throw new ConfigError('configureJudge', [{ field: 'baseUrl', given: resolved.baseUrl, allowed }]);
  }
  state().explicit = openAiJudge(resolved);
}

/**
 * The judge given to {@link configureJudge}, else the environment's: there is one where `OPENAI_API_KEY` is set, or
 * `OPENAI_BASE_URL` together with `HH_JUDGE_MODEL` (a local server that wants no key). Read at every call.
 */
export function configuredJudge(): JudgeClient | undefined {
  const current = state();
  if (current.explicit !== undefined) return current.explicit;
  if (
    env('OPENAI_API_KEY') === undefined &&
    (env('OPENAI_BASE_URL') === undefined || env('HH_JUDGE_MODEL') === undefined)
  ) {
    return undefined;
  }
  const resolved = resolve({});
  const key = JSON.stringify(resolved);
  if (current.fromEnv?.key !== key) current.fromEnv = { key, client: openAiJudge(resolved) };
  return current.fromEnv.client;
}

/** A key from the environment goes to the environment's server, and to no other that an option names. */
function resolve(config: JudgeConfig): OpenAiJudgeOptions & { readonly baseUrl: string } {
  const named = config.baseUrl === undefined || config.baseUrl === '' ? undefined : config.baseUrl;
  const own = named === undefined || named === env('OPENAI_BASE_URL');
  return {
    ...config,
    model: config.model || env('HH_JUDGE_MODEL') || DEFAULT_MODEL,
    baseUrl: named ?? env('OPENAI_BASE_URL') ?? OPENAI_URL,
    apiKey: config.apiKey || (own ? env('OPENAI_API_KEY') : undefined),
    allowInsecure: config.allowInsecure ?? /^(?:1|true|yes|on)$/i.test(env('HH_ALLOW_INSECURE') ?? ''),
  };
}

function env(name: string): string | undefined {
  const value = process.env[name];
  return value === undefined || value.trim() === '' ? undefined : value.trim();
}

function problemsOf(config: unknown): OptionProblem[] {
  if (typeof config !== 'object' || config === null || Array.isArray(config)) {
    return [{ field: 'judge', given: config, allowed: '{ model, baseUrl, apiKey } or a client with complete()' }];
  }
  const problems: OptionProblem[] = [];
  const given = config as Record<string, unknown>;
  const rule = (field: string, allowed: string, fits: (value: unknown) => boolean) => {
    const value = given[field];
    if (value === undefined || fits(value)) return;
    problems.push({ field, given: field === 'apiKey' || field === 'headers' ? `a ${typeof value}` : value, allowed });
  };
  const isText = (value: unknown) => typeof value === 'string';
  const isCount = (least: number) => (value: unknown) => Number.isSafeInteger(value) && (value as number) >= least;
  rule('model', 'a text', isText);
  rule('apiKey', 'a text', isText);
  rule('embeddingModel', 'a text', isText);
  rule('baseUrl', 'an http or https URL', (value) => value === '' || isHttpUrl(value));
  rule('price', '{ input, output } in US dollars per million tokens, or a function', isPrice);
  rule('headers', 'an object of texts', (value) => isRecord(value) && Object.values(value).every(isText));
  rule('timeoutMs', 'milliseconds from 1 to 2147483647', (value) => isCount(1)(value) && (value as number) < 2 ** 31);
  rule('maxRetries', 'a whole number from 0', isCount(0));
  rule('maxResponseBytes', 'a whole number from 1', isCount(1));
  rule('allowInsecure', 'true or false', (value) => typeof value === 'boolean');
  for (const field of Object.keys(given)) {
    if (!FIELDS.has(field))
      problems.push({ field, given: `a ${typeof given[field]}`, allowed: 'no such option exists' });
  }
  return problems;
}

const FIELDS = new Set([
  'model',
  'baseUrl',
  'apiKey',
  'price',
  'embeddingModel',
  'headers',
  'timeoutMs',
  'maxRetries',
  'maxResponseBytes',
  'allowInsecure',
]);

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isPrice(value: unknown): boolean {
  if (typeof value === 'function') return true;
  return isRecord(value) && isCost(value['input']) && isCost(value['output']);
}

function isCost(value: unknown): boolean {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}

function isHttpUrl(value: unknown): boolean {
  if (typeof value !== 'string') return false;
  try {
    return /^https?:$/.test(new URL(value).protocol);
  } catch {
    return false;
  }
}
