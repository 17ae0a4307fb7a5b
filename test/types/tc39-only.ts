/** What only standard decorators can decorate. */
import { ATrace, Trace } from 'honeyhive-decorators';
import { expectType, type Same } from './expect.js';

export class Standard {
  @Trace
  #hidden(text: string): number {
    return text.length;
  }

  @Trace
  static #count(): number {
    return 1;
  }

  @Trace
  arrow = (text: string): number => this.#hidden(text);

  @ATrace
  later = async (text: string): Promise<number> => this.#hidden(text);

  @Trace({ eventType: 'tool' })
  #field = (): number => Standard.#count();

  @Trace
  set level(value: number) {
    this.arrow(String(value + this.#field()));
  }

  // @ts-expect-error an arrow function that returns no promise is not for @ATrace
  @ATrace
  sync = (): number => 1;
}

expectType<Same<Standard['arrow'], (text: string) => number>>();
expectType<Same<Standard['later'], (text: string) => Promise<number>>>();
