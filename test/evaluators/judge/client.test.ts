import { inspect } from 'node:util';
import OpenAI from 'openai';
import type { JudgeClient } from '../../../evaluators/judge/client.js';
import { configuredJudge, configureJudge } from '../../../evaluators/judge/configure.js';
import { type OpenAiJudgeOptions, openAiJudge } from '../../../evaluators/judge/openai-client.js';
import { objectOf, text } from '../../../evaluators/judge/schema.js';
import { isConfigError } from '../../../src/base/errors.js';
import {
  askedSchema,
  type OpenAiServer,
  type OpenAiServerOptions,
  startOpenAiServer,
} from '../../support/openai-server.js';

const KEY = 'sk-canary-0123456789';
const GOOD = { reasoning: 'because', verdict: 'yes' };
const schema = objectOf({ reasoning: text('Why.'), verdict: text('So.', ['yes', 'no']) });
const messages = [{ role: 'user', content: 'Is it?' }] as const;
const QUICK = { 'retry-after-ms': '1' };

const servers: OpenAiServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function serve(
  script: Parameters<typeof startOpenAiServer>[0],
  options?: OpenAiServerOptions,
): Promise<OpenAiServer> {
  const server = await startOpenAiServer(script, options);
  servers.push(server);
  return server;
}

function judgeAt(server: OpenAiServer, options: Partial<OpenAiJudgeOptions> = {}): JudgeClient {
  return openAiJudge({ model: 'judge-1', baseUrl: server.url, apiKey: KEY, ...options });
}

const ask = (judge: JudgeClient, signal?: AbortSignal) => judge.complete({ messages, schema, temperature: 0, signal });

describe('a judge behind an OpenAI-compatible endpoint', () => {
  it('asks with a strict schema, reason first, and gives value, tokens, cost and model', async () => {
    const server = await serve([{ say: GOOD, model: 'judge-1-2026' }], { apiKey: KEY });
    const reply = await ask(judgeAt(server, { price: { input: 2, output: 10 } }));
    expect(reply).toEqual({
      value: GOOD,
      usage: { inputTokens: 100, outputTokens: 20 },
      costUsd: (100 * 2 + 20 * 10) / 1e6,
      model: 'judge-1-2026',
    });
    const [request] = server.requests;
    expect(request?.path).toBe('/v1/chat/completions');
    expect(request?.body).toMatchObject({ model: 'judge-1', temperature: 0, messages });
    expect(request?.body.response_format).toMatchObject({ type: 'json_schema', json_schema: { strict: true, schema } });
    expect(Object.keys(request?.body.response_format?.json_schema.schema['properties'] as object)).toEqual([
      'reasoning',
      'verdict',
    ]);
  });

  it('takes a price function, and tells no cost without a price', async () => {
    const server = await serve([{ say: GOOD }]);
    expect((await ask(judgeAt(server, { price: ({ inputTokens }) => inputTokens / 100 }))).costUsd).toBe(1);
    expect((await ask(judgeAt(server))).costUsd).toBeUndefined();
  });

  it('keeps the answer where the price function fails or promises', async () => {
    const warned = jest.spyOn(process.stderr, 'write').mockImplementation(() => true);
    const server = await serve([{ say: GOOD }]);
    const fails = (): never => {
      throw new Error('no price list');
    };
    for (const price of [fails, async () => fails()]) {
      expect(await ask(judgeAt(server, { price: price as never }))).toMatchObject({ value: GOOD, costUsd: undefined });
    }
    expect((await ask(judgeAt(server, { price: (async () => 2) as never }))).costUsd).toBe(2);
    expect(warned.mock.calls.flat().join('')).toContain("the judge's price function failed: no price list");
    warned.mockRestore();
  });

  it('forces one tool where response_format is refused, and remembers that', async () => {
    const server = await serve([{ say: GOOD }], { refuse: ['response_format'] });
    const judge = judgeAt(server);
    expect((await ask(judge)).value).toEqual(GOOD);
    expect((await ask(judge)).value).toEqual(GOOD);
    expect(server.requests.map(({ body }) => body.response_format !== undefined)).toEqual([true, false, false]);
    const last = server.requests[2]?.body;
    expect(last?.tool_choice).toEqual({ type: 'function', function: { name: last?.tools?.[0]?.function.name } });
    expect(last && askedSchema(last)).toEqual(schema);
  });

  it('asks in words alone where tools are refused too', async () => {
    const server = await serve([{ say: `\`\`\`json\n${JSON.stringify(GOOD)}\n\`\`\`` }], {
      refuse: ['response_format', 'tools'],
    });
    expect((await ask(judgeAt(server))).value).toEqual(GOOD);
    expect(server.requests).toHaveLength(3);
  });

  it('leaves the temperature out where a model refuses it', async () => {
    const server = await serve([{ say: GOOD }], { refuse: ['temperature'] });
    const judge = judgeAt(server);
    await ask(judge);
    await ask(judge);
    expect(server.requests.map(({ body }) => body.temperature)).toEqual([0, undefined, undefined]);
    expect(server.requests[2]?.body.response_format).toBeDefined();
  });

  it('does not take every 400 for such a refusal', async () => {
    const server = await serve([{ status: 400, error: { message: 'context length exceeded' } }]);
    await expect(ask(judgeAt(server))).rejects.toMatchObject({ name: 'judge_http_error', status: 400 });
    expect(server.requests).toHaveLength(1);
  });

  it('gives text that is no JSON as it came, also where it was cut off', async () => {
    const server = await serve([{ say: 'I think yes' }, { say: '{"reasoning":"be', finish: 'length' }]);
    expect((await ask(judgeAt(server))).value).toBe('I think yes');
    expect((await ask(judgeAt(server))).value).toBe('{"reasoning":"be');
  });

  it('takes off what a model puts round the whole answer, and finds no JSON inside a text', async () => {
    const json = JSON.stringify(GOOD);
    const server = await serve([{ say: `<think>{"verdict":"no"}</think>\n${json}` }, { say: `Here you are: ${json}` }]);
    expect((await ask(judgeAt(server))).value).toEqual(GOOD);
    expect((await ask(judgeAt(server))).value).toBe(`Here you are: ${json}`);
  });

  it('calls a refusal and a content filter what they are', async () => {
    const server = await serve([{ refusal: 'I cannot help with that' }, { say: '', finish: 'content_filter' }]);
    await expect(ask(judgeAt(server))).rejects.toMatchObject({
      name: 'judge_refused',
      message: expect.stringContaining('I cannot help'),
    });
    await expect(ask(judgeAt(server))).rejects.toMatchObject({ name: 'judge_refused' });
  });

  it('hears an error that came with status 200, and a prompt that a filter stopped', async () => {
    const server = await serve([
      { status: 200, error: { message: 'the model is down', code: 502 } },
      { status: 400, error: { message: 'filtered', code: 'content_filter' } },
    ]);
    await expect(ask(judgeAt(server))).rejects.toMatchObject({
      name: 'judge_http_error',
      message: expect.stringContaining('the model is down'),
    });
    await expect(ask(judgeAt(server))).rejects.toMatchObject({ name: 'judge_refused' });
  });

  it.each([
    ['a page', '<html>gateway</html>'],
    ['an empty body', ''],
    ['no choices', '{"choices":[]}'],
    ['null', 'null'],
  ])('calls %s with status 200 no completion', async (_name, raw) => {
    const server = await serve([{ raw }]);
    await expect(ask(judgeAt(server))).rejects.toMatchObject({ name: 'judge_http_error' });
  });
});

describe('retries', () => {
  it('waits as long as Retry-After says', async () => {
    const server = await serve([{ status: 429, headers: { 'retry-after': '1' } }, { say: GOOD }]);
    expect((await ask(judgeAt(server))).value).toEqual(GOOD);
    const [first, second] = server.requests;
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(990);
  });

  it('goes on after 429, 500 and 503, and after a connection that broke', async () => {
    const again = (status: number) => ({ status, headers: QUICK });
    const server = await serve([again(429), again(500), again(503), { say: GOOD }, 'cut', { say: GOOD }]);
    expect((await ask(judgeAt(server))).value).toEqual(GOOD);
    expect((await ask(judgeAt(server))).value).toEqual(GOOD);
    expect(server.requests).toHaveLength(6);
  });

  it('gives up after its attempts, with the last status', async () => {
    const server = await serve([{ status: 503, headers: QUICK, error: { message: 'overloaded' } }]);
    await expect(ask(judgeAt(server, { maxRetries: 2 }))).rejects.toMatchObject({
      name: 'judge_http_error',
      status: 503,
      message: expect.stringContaining('overloaded'),
    });
    expect(server.requests).toHaveLength(3);
  });

  it('does not wait for an exhausted quota, nor beyond its own time', async () => {
    const quota = await serve([{ status: 429, error: { message: 'quota', code: 'insufficient_quota' } }]);
    await expect(ask(judgeAt(quota))).rejects.toMatchObject({ status: 429 });
    const patient = await serve([{ status: 429, headers: { 'retry-after': '3600' } }]);
    await expect(ask(judgeAt(patient))).rejects.toMatchObject({ message: expect.stringContaining('retry-after 3600') });
    expect(quota.requests.length + patient.requests.length).toBe(2);
  });

  it('says so where nothing listens', async () => {
    const server = await serve([]);
    await server.close();
    await expect(ask(judgeAt(server, { maxRetries: 0 }))).rejects.toMatchObject({
      name: 'judge_unreachable',
      message: expect.stringContaining('ECONNREFUSED'),
    });
  });
});

describe('time and size', () => {
  it('ends a hanging request at its own time and closes the connection', async () => {
    const server = await serve(['hang']);
    await expect(ask(judgeAt(server, { timeoutMs: 100 }))).rejects.toMatchObject({ name: 'judge_timeout' });
    await server.requests[0]?.givenUp;
  });

  it('rejects with the reason of an aborted signal, before, during and between attempts', async () => {
    const reason = new Error('enough');
    const during = new AbortController();
    const hanging = await serve(() => {
      during.abort(reason);
      return 'hang';
    });
    await expect(ask(judgeAt(hanging), during.signal)).rejects.toBe(reason);
    await expect(ask(judgeAt(hanging), AbortSignal.abort(reason))).rejects.toBe(reason);
    expect(hanging.requests).toHaveLength(1);

    const limited = await serve([{ status: 429, headers: { 'retry-after': '30' } }]);
    const between = new AbortController();
    const waiting = ask(judgeAt(limited), between.signal);
    setTimeout(() => between.abort(reason), 100);
    await expect(waiting).rejects.toBe(reason);
  });

  it('does not read an answer beyond its size', async () => {
    const server = await serve([{ say: 'x'.repeat(20_000) }]);
    await expect(ask(judgeAt(server, { maxResponseBytes: 10_000 }))).rejects.toMatchObject({
      name: 'judge_http_error',
      message: expect.stringContaining('10000 bytes'),
    });
    expect(server.requests).toHaveLength(1);
  });
});

describe('the key', () => {
  it('is in no error, even where the server quotes it', async () => {
    const server = await serve([{ say: GOOD }], { apiKey: 'another' });
    const thrown: unknown = await ask(judgeAt(server)).catch((error: unknown) => error);
    expect(thrown).toMatchObject({ name: 'judge_http_error', status: 401 });
    expect(inspect(thrown, { depth: 10, showHidden: true })).not.toContain('canary');
    expect(inspect(thrown)).toContain('is the key right?');
    expect(server.requests).toHaveLength(1);
  });

  it('follows no redirect', async () => {
    const target = await serve([{ say: GOOD }]);
    const server = await serve([{ status: 307, headers: { location: `${target.url}/chat/completions` } }]);
    await expect(ask(judgeAt(server))).rejects.toMatchObject({ status: 307 });
    expect(target.requests).toHaveLength(0);
  });

  it('is not handed to a proxy of the environment on its way to this machine', async () => {
    const proxy = await serve([{ say: GOOD }]);
    const server = await serve([{ say: GOOD }]);
    await withEnv(
      { HTTP_PROXY: new URL(proxy.url).origin, http_proxy: new URL(proxy.url).origin, NO_PROXY: '', no_proxy: '' },
      () => ask(judgeAt(server)),
    );
    expect([proxy.requests.length, server.requests.length]).toEqual([0, 1]);
  });

  it('does not travel over plain http to another machine', async () => {
    const far = { model: 'm', baseUrl: 'http://judge.invalid/v1', apiKey: KEY };
    await expect(ask(openAiJudge(far))).rejects.toMatchObject({ name: 'judge_insecure' });
    expect(() => configureJudge(far)).toThrow(
      expect.objectContaining({ message: expect.stringContaining('allowInsecure') }),
    );
    configureJudge({ ...far, allowInsecure: true });
    configureJudge({ model: 'm', baseUrl: 'http://judge.invalid/v1' });
    configureJudge(undefined);
  });

  it("of the environment goes only to the environment's server", async () => {
    const server = await serve([{ say: GOOD }]);
    await withEnv({ OPENAI_API_KEY: KEY, OPENAI_BASE_URL: undefined, HH_JUDGE_MODEL: undefined }, async () => {
      configureJudge({ model: 'm', baseUrl: server.url });
      await ask(configuredJudge() as JudgeClient);
    });
    configureJudge(undefined);
    expect(server.requests[0]?.headers.authorization).toBeUndefined();
  });
});

describe('configureJudge', () => {
  afterEach(() => configureJudge(undefined));

  it('lists every wrong field, and no key', () => {
    const wrong = {
      model: 3,
      baseUrl: 'ftp://x',
      apiKey: { secret: KEY },
      price: { input: 'a lot' },
      timeoutMs: 0,
      modell: 'x',
    };
    let thrown: unknown;
    try {
      configureJudge(wrong as never);
    } catch (error) {
      thrown = error;
    }
    expect(isConfigError(thrown) && thrown.problems.map((problem) => problem.field).sort()).toEqual([
      'apiKey',
      'baseUrl',
      'model',
      'modell',
      'price',
      'timeoutMs',
    ]);
    expect(inspect(thrown, { depth: 10 })).not.toContain('canary');
  });

  it("takes a client of one's own as it is", () => {
    const own: JudgeClient = { complete: async () => ({ value: null }) };
    configureJudge(own);
    expect(configuredJudge()).toBe(own);
  });

  it('reads the environment at the time of the call', async () => {
    const server = await serve([{ say: GOOD }], { apiKey: KEY });
    await withEnv({ OPENAI_API_KEY: undefined, OPENAI_BASE_URL: undefined, HH_JUDGE_MODEL: undefined }, async () => {
      expect(configuredJudge()).toBeUndefined();
      process.env['OPENAI_BASE_URL'] = server.url;
      expect(configuredJudge()).toBeUndefined();
      process.env['OPENAI_API_KEY'] = KEY;
      process.env['HH_JUDGE_MODEL'] = 'judge-of-env';
      await ask(configuredJudge() as JudgeClient);
      expect(configuredJudge()).toBe(configuredJudge());
      delete process.env['OPENAI_API_KEY'];
      expect(configuredJudge()).toBeDefined();
    });
    expect(server.requests[0]?.body.model).toBe('judge-of-env');
  });
});

describe('embeddings', () => {
  it('come in the order of the texts, in as many requests as needed', async () => {
    const server = await serve([]);
    const texts = Array.from({ length: 70 }, (_, i) => 'x'.repeat(i));
    const vectors = await judgeAt(server).embed?.(texts);
    expect(vectors?.map(([length]) => length)).toEqual(texts.map((one) => one.length));
    expect(server.requests).toHaveLength(2);
    expect(await judgeAt(server).embed?.([])).toEqual([]);
  });

  it('are an error where one is no vector of numbers', async () => {
    const server = await serve([], { vector: (one) => (one === 'b' ? [Number.NaN] : [1]) });
    await expect(judgeAt(server).embed?.(['a', 'b'])).rejects.toMatchObject({
      message: expect.stringContaining('text 1'),
    });
  });
});

describe('the scripted server', () => {
  it('speaks the protocol of the openai client', async () => {
    const server = await serve(
      [{ say: GOOD }, { say: GOOD }, { refusal: 'no' }, { status: 429, error: { message: 'slow down' } }],
      { apiKey: KEY },
    );
    const client = new OpenAI({ apiKey: KEY, baseURL: server.url, maxRetries: 0 });
    const request = { model: 'gpt', messages: [{ role: 'user' as const, content: 'hi' }] };
    const json_schema = { name: 'verdict', strict: true, schema: { ...schema } };
    const structured = await client.chat.completions.parse({
      ...request,
      response_format: { type: 'json_schema', json_schema },
    });
    expect(structured.choices[0]?.message.parsed).toEqual(GOOD);
    expect(structured.usage?.total_tokens).toBe(120);

    const tools = [{ type: 'function' as const, function: { name: 'verdict', parameters: { ...schema } } }];
    const called = await client.chat.completions.create({ ...request, tools, tool_choice: 'required' });
    const call = called.choices[0]?.message.tool_calls?.[0];
    expect(call?.type === 'function' && JSON.parse(call.function.arguments)).toEqual(GOOD);

    expect((await client.chat.completions.create(request)).choices[0]?.message.refusal).toBe('no');
    await expect(client.chat.completions.create(request)).rejects.toBeInstanceOf(OpenAI.RateLimitError);
    const stranger = new OpenAI({ apiKey: 'wrong', baseURL: server.url, maxRetries: 0 });
    await expect(stranger.chat.completions.create(request)).rejects.toBeInstanceOf(OpenAI.AuthenticationError);

    const embedded = await client.embeddings.create({ model: 'e', input: ['a', 'bbb'] });
    expect(embedded.data.sort((a, b) => a.index - b.index).map((one) => one.embedding[0])).toEqual([1, 3]);
  });
});

async function withEnv<T>(values: Record<string, string | undefined>, run: () => Promise<T>): Promise<T> {
  const before = Object.keys(values).map((name) => [name, process.env[name]] as const);
  const set = ([name, value]: readonly [string, string | undefined]) => {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  };
  Object.entries(values).forEach(set);
  try {
    return await run();
  } finally {
    before.forEach(set);
  }
}
