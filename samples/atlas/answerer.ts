import { ATrace, enrichSpan, type HoneyHiveTracer } from 'honeyhive-decorators';
import { askModel, type ModelAccess } from './model.js';
import { readAnswer } from './reader.js';
import type { Passage } from './retriever.js';

/** Nothing that was found answers the question. */
export class NoAnswerError extends Error {
  override readonly name = 'NoAnswerError';
}

/** Answers from passages: by copying from them, or, where a key is set, through an OpenAI-compatible model. */
export class Answerer {
  readonly tracer: HoneyHiveTracer;
  readonly #model: ModelAccess | undefined;

  constructor(tracer: HoneyHiveTracer, model?: ModelAccess) {
    this.tracer = tracer;
    this.#model = model;
  }

  @ATrace({ eventType: 'model', tracer: (self: Answerer) => self.tracer })
  async answer(question: string, passages: Passage[]): Promise<string> {
    enrichSpan({ config: { model: this.#model?.name ?? 'extractive', passages: passages.length } });
    return this.#model ? this.#generate(this.#model, question, passages) : this.#extract(question, passages);
  }

  #extract(question: string, passages: Passage[]): string {
    const extract = readAnswer(question, passages);
    enrichSpan({ metrics: { coverage: extract?.coverage ?? 0 } });
    if (!extract || extract.coverage < 0.3) throw new NoAnswerError(`No passage answers "${question}"`);
    return extract.text;
  }

  async #generate(model: ModelAccess, question: string, passages: Passage[]): Promise<string> {
    const { text, promptTokens, completionTokens } = await askModel(model, question, passages);
    enrichSpan({
      metadata: {
        prompt_tokens: promptTokens,
        completion_tokens: completionTokens,
        total_tokens: promptTokens + completionTokens,
      },
    });
    return text;
  }
}
