/** What must compile, and what must not, in legacy and in standard code alike. Compiled by `npm run check`, never run. */
import {
  ATrace,
  BaseEvaluator,
  type DeliveryReceipt,
  defineEvaluator,
  Evaluate,
  type EvaluationContext,
  ExactMatchEvaluator,
  enrichSession,
  enrichSpan,
  HoneyHiveTracer,
  MultiEvaluator,
  NoTrace,
  Trace,
  TraceClass,
  trace,
  withAttributes,
  withSession,
} from 'honeyhive-decorators';
import { expectType, type Same } from './expect.js';

declare const tracer: HoneyHiveTracer;

interface Visit {
  page: string;
  count?: number;
}
declare const visit: Visit;
declare const maybe: string | undefined;

export class Methods {
  readonly tracer = tracer;

  @Trace
  bare(text: string): number {
    return text.length;
  }

  @Trace()
  called(text: string): number {
    return text.length;
  }

  @Trace({ eventType: 'tool', tracer: (self) => self.tracer, metadata: { version: 2 }, sensitive: ['text'] })
  withOptions(text: string): number {
    return text.length;
  }

  @Trace({ eventType: 'my own type', tracer: (self: Methods) => self.tracer })
  withTypedSelf(): void {}

  @ATrace
  async later(text: string): Promise<number> {
    return text.length;
  }

  @ATrace({ eventType: 'model' })
  async *stream(): AsyncGenerator<string, number> {
    yield 'one';
    return 1;
  }

  @Trace
  *items(): Generator<string> {
    yield 'one';
  }

  @Trace
  generic<T extends object, K extends keyof T>(value: T, key: K): T[K] {
    return value[key];
  }

  overloaded(value: string): string;
  overloaded(value: number): number;
  @Trace
  overloaded(value: string | number): string | number {
    return value;
  }

  @Trace
  optional(first: string, second?: number, ...rest: boolean[]): string {
    return `${first}${second}${rest}`;
  }

  @Trace
  static make(): Methods {
    return new Methods();
  }

  @Trace
  get size(): number {
    return 1;
  }

  @Trace
  accessor level = 1;

  @Trace
  [Symbol.iterator](): Iterator<string> {
    return this.items();
  }

  @Trace
  chained(): this {
    return this;
  }

  @Trace
  @Evaluate(new ExactMatchEvaluator())
  judged(text: string): string {
    return text;
  }

  @Evaluate({
    evaluator: ['tone', new ExactMatchEvaluator({ ignoreCase: true }), (_input, output) => output === 'fine'],
    expected: ([text]: [string]) => text,
    evaluationContext: { corpus: 'small' },
    onResult: (result) => expectType<Same<typeof result.score, number | null>>(),
  })
  @ATrace
  async judgedLater(text: string): Promise<string> {
    return text;
  }

  // @ts-expect-error a method that returns no promise is not for @ATrace
  @ATrace
  sync(): number {
    return 1;
  }

  // @ts-expect-error nor with options
  @ATrace({ eventType: 'tool' })
  syncWithOptions(): number {
    return 1;
  }

  // @ts-expect-error an option that does not exist
  @Trace({ evntType: 'tool' })
  misspelt(): void {}

  // @ts-expect-error a tracer is a tracer or a function
  @Trace({ tracer: 'default' })
  wrongTracer(): void {}

  // @ts-expect-error a plain field is no call
  @Trace
  field = 1;

  // @ts-expect-error an evaluator is needed
  @Evaluate({})
  unjudged(): void {}
}

@TraceClass
export class Whole {
  visible(): number {
    return 1;
  }

  @NoTrace
  hidden(): number {
    return 2;
  }
}

@TraceClass({ exclude: ['toString'], eventType: 'chain' })
export class WholeWithOptions {}

expectType<Same<Methods['bare'], (text: string) => number>>();
expectType<Same<Methods['later'], (text: string) => Promise<number>>>();
expectType<Same<ReturnType<Methods['stream']>, AsyncGenerator<string, number>>>();
expectType<Same<ReturnType<(typeof Methods)['make']>, Methods>>();
expectType<Same<Methods['level'], number>>();
const value = new Methods().generic({ a: 1 }, 'a');
expectType<Same<typeof value, number>>();
const text = new Methods().overloaded('text');
expectType<Same<typeof text, string>>();

const plain = trace((a: number, b?: string) => `${a}${b}`);
expectType<Same<typeof plain, (a: number, b?: string) => string>>();
const late = trace({ tracer, eventType: 'tool' })(async <T>(item: T) => item);
expectType<Same<typeof late, <T>(item: T) => Promise<T>>>();

export async function useTheRest(): Promise<void> {
  const made = HoneyHiveTracer.init({ sessionName: 'types', redact: { keys: ['ssn'] } });
  const result = made.trace('block', (span) => span.spanContext().traceId);
  expectType<Same<typeof result, string>>();
  const receipt = await made.flush({ timeoutMs: 10 });
  expectType<Same<typeof receipt, DeliveryReceipt>>();
  const sum = await withSession({ sessionName: 'one' }, async ({ sessionId }) => sessionId.length);
  expectType<Same<typeof sum, number>>();
  enrichSpan({ anything: 1, metadata: { a: [1, { b: null }] } });
  enrichSpan({ error: 1 }, { metrics: { quality: 0.5 } });
  await enrichSession('id', { feedback: { rating: 5 } });
  // Data of any object type: an interface has no index signature.
  enrichSpan(visit);
  enrichSpan(visit, visit);
  enrichSpan(new Map([['a', 1]]));
  await enrichSession(visit);
  await enrichSession('id', visit);
  await enrichSession(undefined, visit);
  made.enrichSpan(visit);
  made.trace('visit', () => 1, { metadata: visit, inputs: visit, attributes: visit });
  trace({ metadata: visit, userProperties: visit })((page: string) => page)('/');
  await made.enrichSession(visit);
  await withSession({ sessionName: 'one', metadata: visit, inputs: visit }, (session) => session.enrich(visit));
  withAttributes({ userId: maybe, metadata: visit, attributes: visit }, () => 1);
  withAttributes({ promptTemplate: { template: '{page}', variables: visit } }, () => 1);
  HoneyHiveTracer.init({ metadata: visit, inputs: visit, userProperties: visit, config: visit });
  made.withRemoteContext(new Headers(), () => 1);
  // @ts-expect-error a text is no data
  enrichSpan('text');
  // @ts-expect-error options of a session are checked
  withSession({ sesionName: 'misspelt' }, () => 1);
  // @ts-expect-error attributes are checked
  withAttributes({ usrId: 'misspelt' }, () => 1);
  await enrichSession();
  // @ts-expect-error options are checked
  HoneyHiveTracer.init({ sesionName: 'misspelt' });
  // @ts-expect-error the constructor is not for users: `init` is
  new HoneyHiveTracer();
}

export class Brevity extends BaseEvaluator<string, string> {
  override evaluate(input: string, output: string, context: EvaluationContext<string>) {
    return { score: output.length < input.length ? 1 : 0, expected: context.expected };
  }
}

export const several = new MultiEvaluator(
  [new Brevity({ threshold: 0.5 }), defineEvaluator('short', (_input, output) => String(output).length < 80)],
  { aggregate: 'weighted', onError: 'zero' },
);

// @ts-expect-error an evaluator says how it evaluates
export class Silent extends BaseEvaluator {}

/** Targets that are none, and types that a decorator must leave alone. */
export class Targets {
  private readonly tracer = tracer;

  @Trace({ tracer: (self: Targets) => self.tracer })
  private hidden(): number {
    return 1;
  }

  @Trace
  protected guarded(): number {
    return this.hidden();
  }

  @Trace
  isText(value: unknown): value is string {
    return typeof value === 'string';
  }

  @Trace
  borrowed(this: { label: string }, suffix: string): string {
    return this.label + suffix;
  }

  @Trace
  destructured({ a, b }: { a: number; b?: string }, [first]: readonly [boolean]): string {
    return `${a}${b}${first}`;
  }

  @ATrace
  static async made(): Promise<Targets> {
    return new Targets();
  }

  @ATrace
  thenable(): PromiseLike<number> {
    return Promise.resolve(1);
  }

  @ATrace
  iterable(): AsyncIterable<string> {
    return this.strings();
  }

  @ATrace
  private async *strings(): AsyncGenerator<string> {
    yield 'one';
  }

  later(value: string): Promise<string>;
  later(value: number): Promise<number>;
  @ATrace
  async later(value: string | number): Promise<string | number> {
    return value;
  }

  // @ts-expect-error sometimes sync is sync
  @ATrace
  sometimes(): number | Promise<number> {
    return 1;
  }

  // @ts-expect-error a sync generator is not for @ATrace
  @ATrace
  *items(): Generator<number> {
    yield 1;
  }

  // @ts-expect-error a getter gives its value at once
  @ATrace
  get size(): number {
    return 1;
  }

  // @ts-expect-error a whole class is for @TraceClass, a member is not
  @TraceClass
  member(): void {}

  // @ts-expect-error a field is no member of @TraceClass that could be left out
  @NoTrace
  count = 1;

  // @ts-expect-error a field is not judged
  @Evaluate(new ExactMatchEvaluator())
  answer = 'text';
}

// @ts-expect-error a class is for @TraceClass
@Trace
export class NoMethod {}

// @ts-expect-error nor with options
@Trace({ eventType: 'tool' })
export class NoMethodEither {}

// @ts-expect-error a class is no function to call
trace(Targets);
// @ts-expect-error nor is a number
trace(1);

const isText = new Targets();
const unknown: unknown = 'text';
if (isText.isText(unknown)) expectType<Same<typeof unknown, string>>();
expectType<Same<Targets['borrowed'], (this: { label: string }, suffix: string) => string>>();
const laterText = new Targets().later('text');
expectType<Same<typeof laterText, Promise<string>>>();
// @ts-expect-error arguments are checked as before
new Targets().destructured({ a: 'one' }, [true]);

declare function overloadedFunction(value: string): string;
declare function overloadedFunction(value: number): number;
const tracedOverloads = trace(overloadedFunction);
expectType<Same<typeof tracedOverloads, typeof overloadedFunction>>();
