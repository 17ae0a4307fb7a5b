/** Parts that have no wrapper: node bench/inside-child.cjs flatten | session. Prints JSON. */
const { createServer } = require('node:http');
const { join } = require('node:path');
const { pathToFileURL } = require('node:url');
const { nested } = require('./subjects/payload.cjs');

const dist = process.env.BENCH_DIST ?? join(__dirname, '../dist/cjs');

function least(work, ms = 200) {
  let best = Number.POSITIVE_INFINITY;
  const until = performance.now() + ms;
  let count = 1;
  while (performance.now() < until) {
    const start = process.hrtime.bigint();
    for (let i = 0; i < count; i += 1) work();
    const spent = Number(process.hrtime.bigint() - start);
    best = Math.min(best, spent / count);
    if (spent < 500_000) count *= 2;
  }
  return best;
}

/** Only the build for bundlers has the parts as files of their own. */
const part = (name) => import(pathToFileURL(join(dist, '../esm/src/attributes', name)));

async function flatten() {
  const { flattenInto } = await part('flatten.js');
  const { createCapture } = await part('capture.js');
  const { DEFAULT_LIMITS } = await part('limits.js');
  const capture = createCapture(DEFAULT_LIMITS, undefined);
  const out = {};
  for (const leaves of [10, 100, 1_000, 10_000]) {
    const value = nested(leaves);
    let kept;
    const flat = least(() => {
      kept = Object.create(null);
      flattenInto(kept, 'honeyhive_metadata', value, capture);
    });
    const wanted = Math.min(leaves, DEFAULT_LIMITS.attributesPerSpan);
    if (Object.keys(kept).length !== wanted) throw new Error(`${Object.keys(kept).length} of ${wanted} leaves`);
    out[leaves] = { flat, json: least(() => JSON.stringify(value)) };
  }
  return out;
}

async function session() {
  const sdk = require(join(dist, 'index.js'));
  let requests = 0;
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', () => {
      if (request.method === 'PUT') requests += 1;
      response.setHeader('content-type', 'application/json');
      response.end('{"success":true}');
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const tracer = sdk.HoneyHiveTracer.init({
    serverUrl: `http://127.0.0.1:${server.address().port}`,
    sessionName: 'bench',
  });
  await tracer.ready();
  const data = { metadata: { tier: 'gold', step: 0 }, metrics: { documents: 3 } };
  const calls = 10_000;
  const groups = [];
  let sent = 0;
  for (let round = 0; round < 12; round += 1) {
    requests = 0;
    const start = process.hrtime.bigint();
    for (let i = 0; i < calls; i += 1) {
      data.metadata.step = i;
      void sdk.enrichSession(data);
    }
    groups.push(Number(process.hrtime.bigint() - start) / calls);
    await tracer.flush();
    sent = Math.max(sent, requests);
  }
  return { ns: Math.min(...groups), requests: sent };
}

(async () => {
  console.log(JSON.stringify(await (process.argv[2] === 'session' ? session() : flatten())));
  process.exit(0);
})();
