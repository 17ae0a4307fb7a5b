/** Running totals of a conversation's tokens and cost, on its session. */
import { HoneyHiveTracer, Trace } from 'honeyhive-decorators';
import { CannedModel, type Usage } from './canned-model.js';

/** Dollars a token. */
const PRICE = { prompt: 0.000_003, completion: 0.000_015 };

class CostTracker {
  readonly tracer = HoneyHiveTracer.init({ project: 'my-app', sessionName: 'cost tracking' });
  private readonly model = new CannedModel('Hello! How can I help you today?');
  private readonly total = { tokens: 0, cost: 0, calls: 0 };

  @Trace<CostTracker>({ tracer: (self) => self.tracer, eventType: 'chain' })
  async say(message: string): Promise<string> {
    const { text, usage } = await this.model.complete(message);
    const cost = this.costOf(usage);
    this.total.tokens += usage.total;
    this.total.cost += cost;
    this.total.calls += 1;
    this.tracer.enrichSpan({ metrics: { cost, tokens: usage.total } });
    // Safe to call in a loop: updates made close together travel as one request, the last value wins.
    void this.tracer.enrichSession({
      metrics: {
        total_tokens: this.total.tokens,
        total_cost: this.total.cost,
        call_count: this.total.calls,
        avg_tokens_per_call: this.total.tokens / this.total.calls,
      },
    });
    return text;
  }

  private costOf({ prompt, completion }: Usage): number {
    return prompt * PRICE.prompt + completion * PRICE.completion;
  }
}

async function main(): Promise<void> {
  const tracker = new CostTracker();
  for (const message of ['Hello!', 'Tell me more, please']) console.log(await tracker.say(message));
}

void main();
