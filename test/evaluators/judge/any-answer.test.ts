import fc from 'fast-check';
import {
  FactualAccuracyEvaluator,
  type JudgeClient,
  JudgeEvaluator,
  PairwiseEvaluator,
  QualityScoreEvaluator,
  RelevanceEvaluator,
  ToxicityEvaluator,
} from '../../../evaluators/index.js';

describe('whatever a judge answers', () => {
  const label = fc.constantFrom('full', 'partial', 'none', 'a', 'b', 'tie', 'supported', 'yes', 'mild');
  const entry = fc.record({ claim: fc.integer({ min: -1, max: 3 }), reasoning: fc.string(), verdict: label });
  const near = fc.record(
    {
      reasoning: fc.oneof(fc.string(), fc.anything()),
      choice: fc.oneof(label, fc.anything()),
      claims: fc.oneof(fc.array(fc.string(), { maxLength: 3 }), fc.anything()),
      verdicts: fc.oneof(fc.array(entry, { maxLength: 3 }), fc.anything()),
      clarity: fc.oneof(fc.record({ reasoning: fc.string(), score: fc.integer({ min: 0, max: 6 }) }), fc.anything()),
    },
    { requiredKeys: [] },
  );

  it('the result is a score from 0 to 1, or none with a reason', async () => {
    let value: unknown;
    const judge: JudgeClient = { complete: async () => ({ value }) };
    const evaluators = [
      new FactualAccuracyEvaluator({ judge }),
      new QualityScoreEvaluator({ judge, criteria: ['clarity'] }),
      new RelevanceEvaluator({ judge, samples: 2 }),
      new ToxicityEvaluator({ judge }),
      new PairwiseEvaluator({ judge }),
      new JudgeEvaluator({ judge, rubric: 'Is it?' }),
    ];
    const statuses = new Set<string>();
    await fc.assert(
      fc.asyncProperty(fc.oneof(near, fc.anything()), async (answer) => {
        value = answer;
        for (const evaluator of evaluators) {
          const result = await evaluator.run({ input: 'q', output: 'o', context: { other: 'p' } });
          statuses.add(result.status);
          if (result.status === 'ok') {
            expect(result.score).toBeGreaterThanOrEqual(0);
            expect(result.score).toBeLessThanOrEqual(1);
          } else {
            expect(result.score).toBeNull();
            expect(result.feedback).toBeTruthy();
          }
        }
      }),
      { numRuns: 300, examples: [[{ claims: [] }], [{ reasoning: 'r', choice: 'yes' }], [null]] },
    );
    expect([...statuses].sort()).toEqual(['error', 'ok', 'skipped']);
  });
});
