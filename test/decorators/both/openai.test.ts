import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type HoneyHiveTracer, Trace } from 'honeyhive-decorators';
import { createTestTracer, spansNamed } from 'honeyhive-decorators/testing';
import OpenAI from 'openai';

/** A server that answers as a chat model does, whole or in events, and counts the questions. */
function chatServer(): { server: Server; asked: () => number } {
  let asked = 0;
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      asked++;
      const { stream } = JSON.parse(body) as { stream?: boolean };
      if (stream !== true) {
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify({ id: 'c1', choices: [{ message: { role: 'assistant', content: 'hello' } }] }));
        return;
      }
      response.setHeader('content-type', 'text/event-stream');
      for (const content of ['hel', 'lo'])
        response.write(`data: ${JSON.stringify({ choices: [{ delta: { content } }] })}\n\n`);
      response.end('data: [DONE]\n\n');
    });
  });
  return { server, asked: () => asked };
}

describe('the client of a model API, whose promise is lazy and has helpers', () => {
  const { server, asked } = chatServer();
  let client: OpenAI;
  let tracer: HoneyHiveTracer;
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    client = new OpenAI({
      apiKey: 'none',
      baseURL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      maxRetries: 0,
    });
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  beforeEach(() => {
    tracer = createTestTracer();
  });
  afterEach(() => tracer.close());

  const messages = [{ role: 'user' as const, content: 'hi' }];
  const desk = (): Desk => new Desk();
  class Desk {
    @Trace({ eventType: 'model' })
    ask() {
      return client.chat.completions.create({ model: 'm', messages });
    }
    @Trace({ eventType: 'model' })
    stream() {
      return client.chat.completions.create({ model: 'm', messages, stream: true });
    }
  }

  it('stays the same promise, with its helpers, and asks once', async () => {
    const before = asked();
    const promise = desk().ask();
    expect(promise.constructor.name).toBe('APIPromise');
    const { data, response } = await promise.withResponse();
    expect([data.choices[0]?.message.content, response.status]).toEqual(['hello', 200]);
    expect((await promise).id).toBe('c1');
    expect((await desk().ask().asResponse()).headers.get('content-type')).toBe('application/json');
    expect(asked() - before).toBe(2);
    const [span] = spansNamed(tracer, 'Desk.ask');
    expect(span?.attributes).toMatchObject({ 'honeyhive_outputs.result.id': 'c1' });
  });

  it('gives its stream as it is, and the span ends with it', async () => {
    const stream = await desk().stream();
    expect([stream.constructor.name, typeof stream.toReadableStream, tracer.testSpans?.length]).toEqual([
      'Stream',
      'function',
      0,
    ]);
    let text = '';
    for await (const chunk of stream) text += chunk.choices[0]?.delta.content;
    expect(text).toBe('hello');
    expect(spansNamed(tracer, 'Desk.stream')[0]?.attributes).toMatchObject({ 'honeyhive_outputs.chunks': 2 });
  });

  it('can be left early: the request is cut off, and the span ends', async () => {
    const stream = await desk().stream();
    for await (const _chunk of stream) break;
    expect(stream.controller.signal.aborted).toBe(true);
    expect(spansNamed(tracer, 'Desk.stream')[0]?.attributes).toMatchObject({ 'honeyhive_outputs.chunks': 1 });
  });
});
