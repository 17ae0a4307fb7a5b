/** Cases 23 and 24: what evaluators return, as metrics of the evaluated span. */
import { BaseEvaluator, defineEvaluator, Evaluate, type HoneyHiveTracer, Trace } from 'honeyhive-decorators';
import { collectWarnings } from '../support/warnings.js';
import { bool, dbl, int, startWire, str, under, type Wire } from './support.js';

let wire: Wire;
let tracer: HoneyHiveTracer;
let warnings: ReturnType<typeof collectWarnings>;
beforeEach(async () => {
  wire = await startWire();
  warnings = collectWarnings();
});
afterEach(async () => {
  warnings.stop();
  await wire.close();
});

const throws = Symbol('throws');

it.each<[string, unknown, Record<string, unknown>, number]>([
  ['a number', 0.95, { judge: dbl(0.95) }, 0],
  ['true', true, { judge: bool(true) }, 0],
  ['a text', 'good', { judge: str('good') }, 0],
  ['a list of one', [0.5], { judge: dbl(0.5) }, 0],
  [
    'a report',
    { score: 1.5, explanation: 'ok', passed: true, category: 'good' },
    { judge: dbl(1.5), judge_explanation: str('ok'), judge_passed: bool(true), judge_category: str('good') },
    0,
  ],
  ['what is no scalar beside a score', { score: 1, obj: { n: 1 }, list: [1, 2] }, { judge: int(1) }, 1],
  ['no score', { foo: 1, bar: 2 }, { judge_foo: int(1), judge_bar: int(2) }, 1],
  ['an explanation that is no text', { score: 1, explanation: 5 }, { judge: int(1), judge_explanation: str('5') }, 0],
  [
    'a score that is none',
    { score: { n: 1 }, explanation: 'x' },
    { judge_explanation: str('x'), judge_status: str('error') },
    0,
  ],
  ['a longer list', [1, 2], { judge_status: str('error'), judge_explanation: str(expect.any(String) as never) }, 0],
  ['null', null, { judge_status: str('skipped'), judge_explanation: str(expect.any(String) as never) }, 0],
  ['an error', throws, { judge_status: str('error'), judge_explanation: str(expect.any(String) as never) }, 0],
])('case 23: %s', async (_what, returned, metrics, told) => {
  tracer = wire.tracer();
  class Answerer {
    @Evaluate({
      tracer: () => tracer,
      evaluator: defineEvaluator('judge', () => {
        if (returned === throws) throw new Error('no judge');
        return returned as never;
      }),
    })
    answer(): string {
      return 'a';
    }
  }
  expect(new Answerer().answer()).toBe('a');
  await tracer.flush();
  const named = Object.entries(metrics).map(([key, value]) => [`honeyhive_metrics.${key}`, value]);
  const span = wire.span('Answerer.answer');
  expect(under(span, 'honeyhive_metrics')).toEqual(Object.fromEntries(named));
  expect(span.events).toMatchObject([
    { name: 'gen_ai.evaluation.result', attributes: { 'gen_ai.evaluation.name': str('judge') } },
  ]);
  expect(warnings.lines).toHaveLength(told);
});

/** The runner itself makes and closes runs; this is what the program under test sends meanwhile. */
it('case 24: an experiment is on its spans and on its session', async () => {
  tracer = wire.tracer({
    source: 'evaluation',
    runId: 'run-1',
    datasetId: 'dataset-1',
    datapointId: 'datapoint-1',
    inputs: { q: 'a' },
  });
  class Accuracy extends BaseEvaluator {
    constructor() {
      super({ name: 'acc' });
    }
    evaluate() {
      return { score: 1, explanation: 'ok', passed: true, bad: { x: 1 } };
    }
  }
  const boolm = defineEvaluator('boolm', () => true);
  const bad = defineEvaluator('bad', () => {
    throw new Error('fails');
  });
  class Program {
    @Trace({ tracer: () => tracer, eventType: 'chain', eventName: 'fn' })
    @Evaluate({ evaluator: [new Accuracy(), boolm, bad] })
    run(q: string): { ans: string } {
      return { ans: `${q}!` };
    }
  }
  const outputs = new Program().run('a');
  await tracer.enrichSession({ feedback: { ground_truth: { ans: 'a!' } }, outputs });
  await tracer.flush();

  const ids = {
    'honeyhive_metadata.run_id': str('run-1'),
    'honeyhive_metadata.dataset_id': str('dataset-1'),
    'honeyhive_metadata.datapoint_id': str('datapoint-1'),
  };
  const span = wire.span('fn');
  expect(span.attributes).toMatchObject({
    ...ids,
    'honeyhive.source': str('evaluation'),
    honeyhive_event_type: str('chain'),
    'honeyhive_outputs.result.ans': str('a!'),
  });
  expect(under(span, 'honeyhive_metrics')).toEqual({
    'honeyhive_metrics.acc': int(1),
    'honeyhive_metrics.acc_explanation': str('ok'),
    'honeyhive_metrics.acc_passed': bool(true),
    'honeyhive_metrics.boolm': bool(true),
    'honeyhive_metrics.bad_status': str('error'),
    'honeyhive_metrics.bad_explanation': str(expect.stringContaining('fails')),
  });
  expect(wire.starts()).toMatchObject([
    { source: 'evaluation', metadata: { run_id: 'run-1', dataset_id: 'dataset-1', datapoint_id: 'datapoint-1' } },
  ]);
  expect(wire.updates()).toEqual([
    { event_id: tracer.sessionId, feedback: { ground_truth: { ans: 'a!' } }, outputs: { ans: 'a!' } },
  ]);
});
