import type { SpanDecorator } from 'honeyhive-decorators';

/** Notes what a program does, in order. */
export type Note = (...facts: unknown[]) => void;

/** A small program over a class whose members carry `deco`. It must behave the same whatever `deco` is. */
export interface Program {
  readonly name: string;
  /** Takes long and does not depend on the back end. */
  readonly oneState?: true;
  run(deco: SpanDecorator, note: Note): unknown;
}

/** Leaves a member as it is, in both decorator worlds. */
export const undecorated = (() => undefined) as unknown as SpanDecorator;

/** Everything that can be seen of a run from outside. */
export async function observe(program: Program, deco: SpanDecorator): Promise<unknown[]> {
  const facts: unknown[] = [];
  const note: Note = (...what) => facts.push(what.map(shown));
  try {
    note('result', await program.run(deco, note));
  } catch (thrown) {
    note('thrown', thrown);
  }
  return facts;
}

/** Identity does not survive two runs, so objects are shown by kind and content. */
function shown(value: unknown): unknown {
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  if (typeof value === 'function') return `function ${value.name}/${value.length}`;
  if (typeof value === 'symbol' || typeof value === 'bigint') return String(value);
  if (typeof value === 'object' && value !== null) {
    return `${Object.prototype.toString.call(value)} ${Object.getPrototypeOf(value)?.constructor?.name} ${Object.keys(value).join()}`;
  }
  return value;
}
