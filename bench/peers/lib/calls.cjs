/** The calls of the bench, each wrapped by `wrap(name, fn)`; what ends is kept by `spans`, which is emptied between groups. */
const { reply } = require('../../subjects/payload.cjs');

exports.callsOf = (wrap, spans, flush) => {
  const leaf = wrap('five', (a) => a + 1);
  const four = wrap('four', (a) => leaf(a));
  const three = wrap('three', (a) => four(a));
  const two = wrap('two', (a) => three(a));
  return {
    spans,
    async clear() {
      await flush();
      spans.length = 0;
    },
    sync: wrap('add', (a, b) => a + b),
    async: wrap('addLater', async (a, b) => a + b),
    llm: wrap('complete', () => reply()),
    llmAsync: wrap('completeLater', async () => reply()),
    nested: wrap('one', (a) => two(a)),
  };
};

/** For a wrapper that makes a promise of a sync function's result: only calls that are async anyway can be compared. */
exports.asyncOnly = ({ spans, clear, async, llmAsync }) => ({ spans, clear, async, llmAsync });

/** An exporter that only keeps what it is given. */
exports.keeping = (spans) => ({
  export(batch, done) {
    spans.push(...batch);
    done({ code: 0 });
  },
  forceFlush: async () => undefined,
  shutdown: async () => undefined,
});
