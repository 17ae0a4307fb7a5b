import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request as the server saw it. */
export interface SeenRequest {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: ChatBody;
  /** On `performance.now()`. */
  readonly at: number;
  /** Resolves when the client gave the connection up before an answer. */
  readonly givenUp: Promise<void>;
}

export interface ChatBody {
  readonly model: string;
  readonly messages: readonly { readonly role: string; readonly content: string }[];
  readonly temperature?: number;
  readonly response_format?: {
    readonly type: string;
    readonly json_schema: { readonly name: string; readonly strict: boolean; readonly schema: Record<string, unknown> };
  };
  readonly tools?: readonly {
    readonly function: { readonly name: string; readonly parameters: Record<string, unknown> };
  }[];
  readonly tool_choice?: unknown;
  readonly input?: string | readonly string[];
  readonly encoding_format?: string;
}

/** What the server does with a request. */
export type Act =
  /** Answers with this value as JSON, or with this text, in the place that was asked for. */
  | { readonly say: unknown; readonly finish?: string; readonly model?: string }
  | { readonly refusal: string }
  | { readonly status: number; readonly error?: unknown; readonly headers?: Record<string, string> }
  /** Sends this as the whole body, with status 200. */
  | { readonly raw: string }
  /** Never answers. */
  | 'hang'
  /** Begins an answer and closes the connection in the middle of it. */
  | 'cut';

export interface OpenAiServer {
  /** For a client's base URL, with `/v1`. */
  readonly url: string;
  readonly requests: readonly SeenRequest[];
  close(): Promise<void>;
}

/** `refuse` names fields that are answered with 400, as some servers and models do. */
export interface OpenAiServerOptions {
  readonly apiKey?: string;
  readonly refuse?: readonly ('response_format' | 'tools' | 'temperature')[];
  readonly vector?: (text: string) => number[];
}

/**
 * A server that speaks OpenAI's HTTP protocol (chat completions with structured output or tools, embeddings, its
 * error shapes) and says what the test tells it: a list of acts in order, the last one for ever, or a function.
 */
export async function startOpenAiServer(
  script: readonly Act[] | ((body: ChatBody, index: number) => Act),
  options: OpenAiServerOptions = {},
): Promise<OpenAiServer> {
  const requests: SeenRequest[] = [];
  let chats = 0;
  const act = (body: ChatBody): Act => {
    const index = chats;
    chats += 1;
    return typeof script === 'function' ? script(body, index) : (script[Math.min(index, script.length - 1)] as Act);
  };

  const server = createServer((request, response) => {
    void readBody(request).then((text) => {
      const body = JSON.parse(text || '{}') as ChatBody;
      const path = request.url ?? '';
      const givenUp = new Promise<void>((resolve) => {
        response.on('close', () => {
          if (!response.writableFinished) resolve();
        });
      });
      requests.push({ path, headers: request.headers, body, at: performance.now(), givenUp });
      if (options.apiKey !== undefined && request.headers.authorization !== `Bearer ${options.apiKey}`) {
        const message = `Incorrect API key provided: ${String(request.headers.authorization)}.`;
        return send(response, 401, error(message, 'invalid_request_error', null, 'invalid_api_key'));
      }
      if (path === '/v1/embeddings') return send(response, 200, embeddings(body, options.vector ?? lengths));
      if (path !== '/v1/chat/completions')
        return send(response, 404, error('Unknown request URL', 'invalid_request_error', null, 'unknown_url'));
      const refused = options.refuse?.find((field) => body[field] !== undefined);
      if (refused !== undefined) {
        const message = `Unsupported parameter: '${refused}' is not supported with this model.`;
        return send(response, 400, error(message, 'invalid_request_error', refused, 'unsupported_parameter'));
      }
      return perform(act(body), body, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The schema that the judge was asked to answer in, wherever it stands. */
export function askedSchema(body: ChatBody): Record<string, unknown> | undefined {
  return body.response_format?.json_schema.schema ?? body.tools?.[0]?.function.parameters;
}

function perform(act: Act, body: ChatBody, response: ServerResponse): void {
  if (act === 'hang') return;
  if (act === 'cut') {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
    response.write('{"id":"chatcmpl-1","choices":[', () => response.destroy());
    return;
  }
  if ('raw' in act) {
    response.writeHead(200, { 'content-type': 'application/json' }).end(act.raw);
    return;
  }
  if ('status' in act) {
    send(response, act.status, { error: act.error ?? { message: 'scripted failure' } }, act.headers);
    return;
  }
  send(response, 200, completion(act, body));
}

function completion(act: Extract<Act, object>, body: ChatBody): unknown {
  const base = {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1_700_000_000,
    usage: { prompt_tokens: 100, completion_tokens: 20, total_tokens: 120 },
  };
  const choice = (finish_reason: string, message: Record<string, unknown>) => ({
    ...base,
    model: ('model' in act && act.model) || body.model,
    choices: [{ index: 0, finish_reason, logprobs: null, message: { role: 'assistant', refusal: null, ...message } }],
  });
  if ('refusal' in act) return choice('stop', { content: null, refusal: act.refusal });
  const { say, finish } = act as { say: unknown; finish?: string };
  const content = typeof say === 'string' ? say : JSON.stringify(say);
  const tool = body.tools?.[0]?.function.name;
  if (tool === undefined) return choice(finish ?? 'stop', { content });
  const call = { id: 'call_1', type: 'function', function: { name: tool, arguments: content } };
  return choice(finish ?? 'tool_calls', { content: null, tool_calls: [call] });
}

/** In reverse, since the protocol orders by `index` and not by place. */
function embeddings(body: ChatBody, vector: (text: string) => number[]): unknown {
  const texts = typeof body.input === 'string' ? [body.input] : (body.input ?? []);
  const encode = (values: number[]) =>
    body.encoding_format === 'base64' ? Buffer.from(new Float32Array(values).buffer).toString('base64') : values;
  const data = texts.map((text, index) => ({ object: 'embedding', index, embedding: encode(vector(text)) })).reverse();
  return {
    object: 'list',
    model: body.model,
    data,
    usage: { prompt_tokens: texts.length, total_tokens: texts.length },
  };
}

function lengths(text: string): number[] {
  return [text.length, 1, 0];
}

function error(message: string, type: string, param: string | null, code: string): unknown {
  return { error: { message, type, param, code } };
}

function send(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

/** The fields of the answer that was asked for, in their order. */
export function askedFields(body: ChatBody): string[] {
  return Object.keys((askedSchema(body)?.['properties'] ?? {}) as object);
}
