/** An A/B test: each session says which variant it ran and how that went. */
import { enrichSession, HoneyHiveTracer, Trace, withSession } from 'honeyhive-decorators';
import { CannedModel } from './canned-model.js';

HoneyHiveTracer.init({ project: 'ab-testing', sessionName: 'prompt experiment' });

const VARIANTS = {
  variant_a: { model: 'large', temperature: 0.7, answer: 'A qubit holds two states at once.' },
  variant_b: { model: 'small', temperature: 0.9, answer: 'Qubits are odd.' },
} as const;

class Experiment {
  @Trace({ eventType: 'chain' })
  async ask(query: string, variant: keyof typeof VARIANTS) {
    const { model, answer } = VARIANTS[variant];
    return new CannedModel(answer, model).complete(query);
  }

  run(query: string, userId: string, variant: keyof typeof VARIANTS): Promise<string> {
    return withSession({ sessionName: `experiment-${userId}` }, async () => {
      const { model, temperature } = VARIANTS[variant];
      void enrichSession({
        metadata: { experiment: 'prompt_optimization_v2', variant, user_id: userId },
        config: { model, temperature },
      });
      const started = performance.now();
      const { text, usage } = await this.ask(query, variant);
      void enrichSession({
        metrics: { response_time_ms: performance.now() - started, token_count: usage.total },
        outputs: { response: text },
      });
      return text;
    });
  }
}

const experiment = new Experiment();
for (const [user, variant] of [
  ['u1', 'variant_a'],
  ['u2', 'variant_b'],
] as const) {
  void experiment.run('What is a qubit?', user, variant).then(console.log);
}
