/**
 * The service that the W3C's suite (github.com/w3c/trace-context, `test/test.py`) talks to. After `npm run build`:
 *
 *     node test/propagation/suite-service.cjs
 *     SPEC_LEVEL=2 STRICT_LEVEL=2 python3 test.py http://127.0.0.1:5000/test
 *
 * Its 41 cases pass; `trace-context.test.ts` keeps what they ask for.
 */
const { createServer } = require('node:http');
const { HoneyHiveTracer } = require('honeyhive-decorators');

const tracer = HoneyHiveTracer.init({ testMode: true });

/** Calls every address it was given, each call in a span of its own. */
async function callOn(calls) {
  for (const call of calls) {
    await tracer.trace('call', () =>
      fetch(call.url, {
        method: 'POST',
        headers: tracer.inject({ 'content-type': 'application/json' }),
        body: JSON.stringify(call.arguments),
      }),
    );
  }
}

createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const calls = JSON.parse(Buffer.concat(chunks).toString('utf8'));
    const work = () => tracer.trace('request', () => callOn(calls));
    tracer.withRemoteContext(request.headers, work).finally(() => response.end());
  });
}).listen(Number(process.env.PORT || 5000), '127.0.0.1');
