import { ATrace, Evaluate, ExactMatchEvaluator, enrichSpan, Trace, withSession } from 'honeyhive-decorators';
import { createTestTracer, spansNamed, spanTree } from 'honeyhive-decorators/testing';

describe('the way of a call', () => {
  it('turns nested calls into a tree with inputs, outputs, enrichment and scores', async () => {
    const tracer = createTestTracer({ sessionName: 'smoke' });

    class Desk {
      readonly tracer = tracer;

      @Trace({ eventType: 'tool', tracer: (self) => self.tracer })
      find(query: string, limit = 3): string[] {
        enrichSpan({ metrics: { hits: 1 }, tier: 'gold' });
        return [`${query}:${limit}`];
      }

      @Evaluate({ evaluator: new ExactMatchEvaluator(), expected: () => 'capital:3' })
      @ATrace({ eventType: 'chain', tracer: (self) => self.tracer })
      async answer(question: string): Promise<string> {
        return (this.find(question) as string[]).join(' ');
      }
    }

    const desk = new Desk();
    const answer = await tracer.withSession({ sessionName: 'one' }, () => desk.answer('capital'));
    expect(answer).toBe('capital:3');
    await tracer.flush();

    const [root] = spanTree(tracer);
    expect(root?.span.name).toBe('Desk.answer');
    expect(root?.children.map((child) => child.span.name)).toEqual(['Desk.find']);
    expect(root?.span.attributes).toMatchObject({
      honeyhive_event_type: 'chain',
      'honeyhive_inputs.question': 'capital',
      'honeyhive_outputs.result': 'capital:3',
      'honeyhive_metrics.exact_match': 1,
    });
    const [find] = spansNamed(tracer, 'Desk.find');
    expect(find?.attributes).toMatchObject({
      'honeyhive_inputs.query': 'capital',
      'honeyhive_inputs.limit': 3,
      'honeyhive_outputs.result.0': 'capital:3',
      'honeyhive_metrics.hits': 1,
      'honeyhive_metadata.tier': 'gold',
      'honeyhive.session_id': root?.span.attributes['honeyhive.session_id'],
    });
    expect(find?.attributes['honeyhive.session_id']).not.toBe(tracer.sessionId);
    void withSession;
    await tracer.close();
  });
});
