import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ATrace, Evaluate, HoneyHiveTracer, type SpanDecorator, Trace } from 'honeyhive-decorators';
import { iterators } from './iterators.js';
import { members } from './members.js';
import { observe, undecorated } from './observe.js';
import { promises } from './promises.js';
import { shapes } from './shapes.js';
import { streams } from './streams.js';
import { surroundings } from './surroundings.js';

const programs = [...members, ...shapes, ...promises, ...iterators, ...streams, ...surroundings];

/** The back end in every state that a production service meets. */
const states: Record<string, () => Promise<{ deco: SpanDecorator; stop: () => Promise<unknown> }>> = {
  'tracing in memory': async () => {
    const { tracer, deco, stop } = traced({ testMode: true });
    const stopAndCount = async (): Promise<void> => {
      await stop();
      const ids = tracer.testSpans?.map((span) => span.spanContext().spanId) ?? [];
      // However many ways led to its end, each span ended once.
      expect([ids.length > 1_000, new Set(ids).size]).toEqual([true, ids.length]);
    };
    return { deco, stop: stopAndCount };
  },
  'tracing off': async () => traced({ disabled: true }),
  'no tracer at all': async () => ({ deco: Trace, stop: async () => undefined }),
  'back end down': async () => traced({ serverUrl: 'http://127.0.0.1:9' }),
  'back end hangs': () => tracedAgainst(createServer(() => undefined)),
  'back end answers rubbish': () => tracedAgainst(createServer((_request, response) => response.end('<html>'))),
  'sampled out': async () => traced({ testMode: true, sampleRate: 0 }),
  'evaluated, by an evaluator that throws': async () => {
    const { tracer, stop } = traced({ testMode: true });
    const evaluator = (): never => {
      throw new Error('evaluator');
    };
    return { deco: Evaluate({ evaluator, tracer }), stop };
  },
  'a tracer function that throws': async () => ({
    deco: ATrace({
      tracer: () => {
        throw new Error('lookup');
      },
    }) as unknown as SpanDecorator,
    stop: async () => undefined,
  }),
  'captures that throw': async () => {
    const boom = (): never => {
      throw new Error('capture');
    };
    const { tracer, stop } = traced({ testMode: true });
    return {
      deco: Trace({
        tracer,
        captureInputs: boom,
        captureOutput: boom,
        attributes: {
          get bad() {
            return boom();
          },
        },
      }),
      stop,
    };
  },
};

function traced(options: Parameters<typeof HoneyHiveTracer.init>[0]): {
  tracer: HoneyHiveTracer;
  deco: SpanDecorator;
  stop: () => Promise<unknown>;
} {
  const tracer = HoneyHiveTracer.init({ global: false, handleExit: false, ...options });
  return { tracer, deco: Trace({ tracer }), stop: () => tracer.close({ timeoutMs: 50 }) };
}

async function tracedAgainst(server: Server): Promise<{ deco: SpanDecorator; stop: () => Promise<unknown> }> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { deco, stop } = traced({ serverUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
  const stopBoth = async (): Promise<void> => {
    await stop();
    server.closeAllConnections();
    server.close();
  };
  return { deco, stop: stopBoth };
}

beforeEach(() => {
  jest.spyOn(process.stderr, 'write').mockImplementation(() => true);
});
afterEach(() => {
  expect((Object.prototype as Record<string, unknown>).polluted).toBeUndefined();
  jest.restoreAllMocks();
});

describe.each(Object.keys(states))('%s', (state) => {
  let deco: SpanDecorator;
  let stop: () => Promise<unknown>;
  beforeAll(async () => {
    ({ deco, stop } = await (states[state] as (typeof states)[string])());
  });
  afterAll(() => stop());

  const rows = programs.filter((program) => program.oneState !== true || state === 'tracing in memory');
  it.each(rows.map((program) => [program.name, program] as const))('%s', async (_name, program) => {
    expect(await observe(program, deco)).toEqual(await observe(program, undecorated));
  });
});
