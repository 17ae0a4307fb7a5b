/** This SDK, as its users write it; decorators are applied by hand, since nothing is compiled here. */
const { join } = require('node:path');
const { reply, twentyKeys } = require('./payload.cjs');

const dist = process.env.BENCH_DIST ?? join(__dirname, '../../dist/cjs');
const sdk = require(join(dist, 'index.js'));

const ENRICHMENT = twentyKeys();
const ANSWER = 'The capital of France is Paris.';

class Service {
  add(a, b) {
    return a + b;
  }
  async addLater(a, b) {
    return a + b;
  }
  complete(_request) {
    return reply();
  }
  async completeLater(_request) {
    return reply();
  }
  one(a) {
    return this.two(a);
  }
  two(a) {
    return this.three(a);
  }
  three(a) {
    return this.four(a);
  }
  four(a) {
    return this.five(a);
  }
  five(a) {
    return a + 1;
  }
  enriched(a, b) {
    sdk.enrichSpan(ENRICHMENT);
    return a + b;
  }
  *items(count) {
    for (let index = 0; index < count; index += 1) yield index;
  }
  evaluated(_question) {
    return ANSWER;
  }
}

function decorate(name, decorator) {
  const descriptor = Object.getOwnPropertyDescriptor(Service.prototype, name);
  Object.defineProperty(Service.prototype, name, decorator(Service.prototype, name, descriptor) ?? descriptor);
}

const OPTIONS = {
  record: { testMode: true },
  unsampled: { testMode: true, sampleRate: 0 },
  disabled: { testMode: true, disabled: true },
};

exports.sdk = sdk;

exports.build = (mode, options = OPTIONS[mode]) => {
  const tracer = mode === 'off' ? undefined : sdk.HoneyHiveTracer.init({ sessionName: 'bench', ...options });
  for (const name of Object.getOwnPropertyNames(Service.prototype)) {
    if (name !== 'constructor' && name !== 'evaluated') decorate(name, sdk.Trace);
  }
  decorate(
    'evaluated',
    sdk.Evaluate({
      evaluator: [
        new sdk.ExactMatchEvaluator(),
        new sdk.LengthEvaluator({ maxLength: 100 }),
        new sdk.ContainsEvaluator({ values: ['Paris'] }),
      ],
      expected: () => ANSWER,
    }),
  );
  const service = new Service();
  const spans = tracer?.testSpans ?? [];
  return {
    tracer,
    spans,
    async clear() {
      await tracer?.flush();
      spans.length = 0;
    },
    sync: (a, b) => service.add(a, b),
    async: (a, b) => service.addLater(a, b),
    llm: (request) => service.complete(request),
    llmAsync: (request) => service.completeLater(request),
    nested: (a) => service.one(a),
    enrich: (a, b) => service.enriched(a, b),
    generator: (count) => service.items(count),
    evaluator: (question) => service.evaluated(question),
  };
};
