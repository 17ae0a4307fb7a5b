import { ATrace, Evaluate, enrichSpan, type HoneyHiveTracer } from 'honeyhive-decorators';
import type { Answerer } from './answerer.js';
import type { Question } from './questions.js';
import type { CountryRetriever } from './retriever.js';
import { answerQuality, scoreboard } from './scoring.js';

/** Takes a reader's question, looks for passages, answers from them. Every answer is scored. */
export class Desk {
  readonly tracer: HoneyHiveTracer;
  readonly #retriever: CountryRetriever;
  readonly #answerer: Answerer;
  readonly #answerKey: ReadonlyMap<string, Question>;

  constructor(
    retriever: CountryRetriever,
    answerer: Answerer,
    questions: readonly Question[],
    tracer: HoneyHiveTracer,
  ) {
    this.tracer = tracer;
    this.#retriever = retriever;
    this.#answerer = answerer;
    this.#answerKey = new Map(questions.map((question) => [question.text, question]));
  }

  expectedFor(text: unknown): string | readonly string[] | undefined {
    return this.#answerKey.get(String(text))?.expected;
  }

  @ATrace({ eventType: 'chain', tracer: (self: Desk) => self.tracer })
  @Evaluate({
    evaluator: answerQuality,
    expected: ([text]: unknown[], self: Desk) => self.expectedFor(text),
    onResult: scoreboard.add,
  })
  async ask(text: string): Promise<string> {
    enrichSpan({ kind: this.#answerKey.get(text)?.kind ?? 'unknown' });
    const passages = this.#retriever.search(text);
    enrichSpan({ metrics: { passages: passages.length } });
    return this.#answerer.answer(text, passages);
  }
}
