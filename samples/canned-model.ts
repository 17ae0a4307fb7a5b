import { enrichSpan, Trace } from 'honeyhive-decorators';

export interface Usage {
  readonly prompt: number;
  readonly completion: number;
  readonly total: number;
}

/** Stands in for a model's client, so that the samples need no key: it knows one answer, and counts words as tokens. */
export class CannedModel {
  readonly name: string;
  readonly #answer: string;

  constructor(answer: string, name = 'canned-1') {
    this.#answer = answer;
    this.name = name;
  }

  @Trace({ eventType: 'model' })
  async complete(prompt: string): Promise<{ text: string; usage: Usage }> {
    const [asked, answered] = [wordsIn(prompt), wordsIn(this.#answer)];
    enrichSpan({ config: { model: this.name }, metrics: { prompt_tokens: asked, completion_tokens: answered } });
    return { text: this.#answer, usage: { prompt: asked, completion: answered, total: asked + answered } };
  }
}

const wordsIn = (text: string): number => text.split(/\s+/).length;
