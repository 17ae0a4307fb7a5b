import type { EvaluatorLike } from '../evaluators/resolve.js';
import type { EvaluationResult } from '../evaluators/result.js';
import type { HoneyHiveTracer } from '../src/tracer/tracer.js';
import type { SpanOptionsBase } from '../src/tracing/options.js';

// biome-ignore lint/suspicious/noExplicitAny: a decorator must take methods of every type without changing it
export type AnyMethod = (this: any, ...args: any[]) => any;
// biome-ignore lint/suspicious/noExplicitAny: as above
export type AsyncMethod = (this: any, ...args: any[]) => PromiseLike<any> | AsyncIterable<any>;

/** A tracer, or a function that gives it at each call; it is called with the `this` of the call (a class, for statics). */
// biome-ignore lint/suspicious/noExplicitAny: without a type argument `(self) => self.tracer` compiles for every class
export type TracerRef<Self = any> = HoneyHiveTracer | ((self: Self) => HoneyHiveTracer | null | undefined);

/** Options of `@Trace`, `@ATrace`, `@TraceClass` and `trace`. */
// biome-ignore lint/suspicious/noExplicitAny: see TracerRef
export interface TraceOptions<Self = any> extends SpanOptionsBase {
  /** Asked at every call. Default: the active tracer, else `HoneyHiveTracer.default`, else the call runs untraced. */
  tracer?: TracerRef<Self>;
}

/** The arguments of the call; write them as a tuple of the method's types: `([question]: [string]) => ...`. */
// biome-ignore lint/suspicious/noExplicitAny: a callback with its own tuple type must fit
type Args = any;

/**
 * Options of `@Evaluate`. Its functions may promise what they give: that is waited for, in the background and for
 * `timeoutMs`. Where `input`, `output` or `evaluationContext` fails there is no score but an error that says so; a
 * reference that fails is none. Evaluators get lists and plain objects of their own, copied when the method is called and
 * when it has returned. Instances of classes, and a value of more than 1 MiB, are given as they are: an evaluator must not
 * change them, and sees what the program changes meanwhile.
 */
// biome-ignore lint/suspicious/noExplicitAny: see TracerRef
export interface EvaluateOptions<Self = any> {
  evaluator: EvaluatorLike | readonly EvaluatorLike[];
  /** False: the evaluator gets no input and the span shows none. Default true. */
  includeInputs?: boolean;
  /** False: the evaluator gets the output, the span shows none. Default true. */
  includeOutputs?: boolean;
  /** More for the evaluator's context. */
  evaluationContext?:
    | Readonly<Record<string, unknown>>
    | ((self: Self, args: Args) => Readonly<Record<string, unknown>> | Promise<Readonly<Record<string, unknown>>>);
  /** The reference that the output is held against. */
  expected?: (args: Args, self: Self) => unknown;
  /** What the evaluator sees as input. Default: the only argument, or an object by parameter name; `...rest` is one list. */
  input?: (args: Args, self: Self) => unknown;
  /** What the evaluator sees as output. */
  output?: (output: never) => unknown;
  /** Share of traces evaluated, 0 to 1, by trace id. Default 1. */
  sampleRate?: number;
  /** Time an evaluator has, in ms. Default 10,000. */
  timeoutMs?: number;
  /** Told of each result. Nobody waits for what it promises; what it throws is a warning. */
  onResult?: (result: EvaluationResult) => void;
  tracer?: TracerRef<Self>;
}

/** A decorator for methods, accessors and function fields, in legacy and in standard code. The member's type is kept. */
export interface SpanDecorator {
  // biome-ignore lint/suspicious/noExplicitAny: TC39 context of any class
  <F extends AnyMethod>(value: F, context: ClassMethodDecoratorContext<any, F>): F;
  <F extends AnyMethod>(value: F, context: ClassGetterDecoratorContext | ClassSetterDecoratorContext): F;
  <T, V>(
    value: ClassAccessorDecoratorTarget<T, V>,
    context: ClassAccessorDecoratorContext<T, V>,
  ): ClassAccessorDecoratorResult<T, V>;
  <T, F extends AnyMethod>(value: undefined, context: ClassFieldDecoratorContext<T, F>): (initial: F) => F;
  <T>(target: object, key: string | symbol, descriptor: TypedPropertyDescriptor<T>): void;
}

/** The same for methods that return a promise or an async iterable: a sync method is a type error. */
export interface AsyncSpanDecorator {
  // biome-ignore lint/suspicious/noExplicitAny: TC39 context of any class
  <F extends AsyncMethod>(value: F, context: ClassMethodDecoratorContext<any, F>): F;
  <T, F extends AsyncMethod>(value: undefined, context: ClassFieldDecoratorContext<T, F>): (initial: F) => F;
  <F extends AsyncMethod>(target: object, key: string | symbol, descriptor: TypedPropertyDescriptor<F>): void;
}
