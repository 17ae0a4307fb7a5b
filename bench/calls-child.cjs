/** Times the calls of one subject: node bench/calls-child.cjs <subject> <mode> <cases> <ms per case>. Prints ns per call. */
const { request } = require('./subjects/payload.cjs');

const [, , subject, mode, list, budget = '250'] = process.argv;
const built = require(`./subjects/${subject}.cjs`).build(mode);
const REQUEST = request();
const ITEMS = 1_000;
let sum = 0;

/** Each runs `count` calls; written out, so that no shared loop becomes megamorphic. */
const loops = {
  sync(fn, count) {
    for (let i = 0; i < count; i += 1) sum += fn(i, 2);
  },
  async async(fn, count) {
    for (let i = 0; i < count; i += 1) sum += await fn(i, 2);
  },
  llm(fn, count) {
    for (let i = 0; i < count; i += 1) sum += fn(REQUEST).created;
  },
  async llmAsync(fn, count) {
    for (let i = 0; i < count; i += 1) sum += (await fn(REQUEST)).created;
  },
  nested(fn, count) {
    for (let i = 0; i < count; i += 1) sum += fn(i);
  },
  enrich(fn, count) {
    for (let i = 0; i < count; i += 1) sum += fn(i, 2);
  },
  evaluator(fn, count) {
    for (let i = 0; i < count; i += 1) sum += fn('What is the capital of France?').length;
  },
  generator(fn, count) {
    for (let i = 0; i < count; i += 1) for (const item of fn(ITEMS)) sum += item;
  },
};
/** Calls in a group: so that a group takes a few milliseconds and holds its share of garbage collection. */
const GROUP = { llm: 200, llmAsync: 200, nested: 300, enrich: 150, evaluator: 200, generator: 8 };

async function measure(name) {
  const fn = built[name];
  const loop = loops[name];
  const count = GROUP[name] ?? 1_500;
  const groups = [];
  const heap = [];
  const until = performance.now() + Number(budget);
  const warm = performance.now() + Number(budget) * 0.4;
  while (performance.now() < until || groups.length < 5) {
    const before = process.memoryUsage().heapUsed;
    const start = process.hrtime.bigint();
    const pending = loop(fn, count);
    if (pending !== undefined) await pending;
    const spent = Number(process.hrtime.bigint() - start) / count;
    if (performance.now() > warm) {
      groups.push(spent);
      heap.push((process.memoryUsage().heapUsed - before) / count);
    }
    await built.clear();
  }
  groups.sort((a, b) => a - b);
  const grown = heap.filter((bytes) => bytes > 0).sort((a, b) => a - b);
  const unit = name === 'generator' ? ITEMS : 1;
  return { ns: groups[groups.length >> 1] / unit, least: groups[0] / unit, bytes: grown[grown.length >> 1] ?? 0 };
}

(async () => {
  const out = {};
  for (const name of list.split(',')) if (built[name] !== undefined) out[name] = await measure(name);
  console.log(JSON.stringify({ ...out, checksum: sum > 0 }));
  process.exit(0);
})();
