import { ATrace, defineEvaluator, Evaluate, enrichSpan, HoneyHiveTracer, Trace } from 'honeyhive-decorators';

/** The members that both decorator worlds have, in one class; every toolchain must make the same spans of it. */
export class Agent {
  readonly tracer: HoneyHiveTracer;
  #temperature = 0;

  constructor(tracer: HoneyHiveTracer) {
    this.tracer = tracer;
  }

  @Trace({ eventType: 'tool', tracer: (self: Agent) => self.tracer })
  add(a: number, b = 2): number {
    enrichSpan({ feature: 'sum' });
    return a + b;
  }

  @ATrace({ eventType: 'chain', tracer: (self: Agent) => self.tracer })
  async answer(question: string): Promise<string> {
    await Promise.resolve();
    return `${question} ${this.add(40)}`;
  }

  @ATrace({ eventType: 'model', tracer: (self: Agent) => self.tracer })
  async *stream(): AsyncGenerator<string> {
    yield 'one';
    yield 'two';
  }

  @Trace({ tracer: (self: Agent) => self.tracer })
  *count(limit: number): Generator<number> {
    for (let n = 0; n < limit; n += 1) yield n;
  }

  @Evaluate({
    evaluator: defineEvaluator('short', (_input, output) => String(output).length < 10),
    tracer: (self: Agent) => self.tracer,
  })
  judged(text: string): string {
    return text;
  }

  @Trace({ tracer: (self: Agent) => self.tracer })
  fail(): never {
    throw new RangeError('too far');
  }

  @Trace({ tracer: (self: Agent) => self.tracer })
  get temperature(): number {
    return this.#temperature;
  }

  @Trace
  static describe(language: string): string {
    return `agent (${language})`;
  }

  @Trace({ tracer: (self: Agent) => self.tracer })
  generic<T>(value: T): T {
    return value;
  }
}

export async function useAgent(): Promise<HoneyHiveTracer> {
  const tracer = HoneyHiveTracer.init({ testMode: true });
  const agent = new Agent(tracer);
  if (Agent.describe('en') !== 'agent (en)') throw new Error('wrong description');
  if ((await agent.answer('what?')) !== 'what? 42') throw new Error('wrong answer');
  const chunks: string[] = [];
  for await (const chunk of agent.stream()) chunks.push(chunk);
  if (chunks.join() !== 'one,two' || [...agent.count(3)].join() !== '0,1,2') throw new Error('wrong items');
  agent.judged('short');
  try {
    agent.fail();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  if (agent.temperature !== 0 || agent.generic('same') !== 'same') throw new Error('wrong value');
  if (Agent.prototype.add.name !== 'add' || Agent.prototype.add.length !== 1) throw new Error('wrong name or length');
  return tracer;
}
