/** No tracing at all: what the calls themselves cost. */
const { reply } = require('./payload.cjs');

exports.build = () => {
  const five = (a) => a + 1;
  const four = (a) => five(a);
  const three = (a) => four(a);
  const two = (a) => three(a);
  return {
    spans: [],
    clear() {},
    sync: (a, b) => a + b,
    async: async (a, b) => a + b,
    llm: () => reply(),
    llmAsync: async () => reply(),
    nested: (a) => two(a),
    enrich: (a, b) => a + b,
    evaluator: () => 'The capital of France is Paris.',
    *generator(count) {
      for (let index = 0; index < count; index += 1) yield index;
    },
  };
};
