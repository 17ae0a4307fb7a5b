import { Trace } from 'honeyhive-decorators';
import { useAgent } from './agent.js';
import { printSpans } from './print.js';

/** What only standard decorators can decorate. */
class Standard {
  @Trace
  #hidden(text: string): string {
    return text.toUpperCase();
  }

  @Trace
  arrow = (text: string): string => this.#hidden(text);

  @Trace
  static #count(): number {
    return 1;
  }

  static total(): number {
    return Standard.#count();
  }
}

export const done = useAgent().then((tracer) => {
  if (new Standard().arrow('loud') !== 'LOUD' || Standard.total() !== 1) throw new Error('wrong value');
  return printSpans(tracer);
});
