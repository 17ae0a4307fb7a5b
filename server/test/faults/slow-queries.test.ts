/** A query that would run for long: ended by the server after 5 s, and at once when whoever asked hangs up. */
import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { hex, inSession, type Local, local, span, traces } from '../support/local';
import { expectWithin, LONG } from '../support/measure';
import { until } from '../support/wait';

/** Each condition looks at the spans of each session that has not been ruled out. */
const SLOW = Array.from({ length: 120 }, (_, n) => `span.metadata.k~zz${n}`).join(' OR ');

let server: Local;
beforeAll(async () => {
  server = await local();
  for (let n = 0; n < (LONG ? 200 : 60); n++) {
    const spans = Array.from({ length: 500 }, () =>
      span({ attributes: inSession(randomUUID(), { 'honeyhive_metadata.k': hex(4) }) }),
    );
    await server.call('POST', '/v1/traces', traces(spans));
  }
}, 120_000);

const slow = `/api/spans?q=${encodeURIComponent(SLOW)}`;
const quick = async (): Promise<number> => {
  const from = performance.now();
  expect((await server.call('GET', '/api/spans?q=errors%3A0&limit=1')).status).toBe(400);
  expect((await server.call('GET', '/api/spans?q=status%3Aunset&limit=1')).json.items).toHaveLength(1);
  return performance.now() - from;
};

test('when those who asked hang up, the next query does not wait for theirs', async () => {
  const alone = await quick();
  const asked = Array.from({ length: 4 }, () => {
    const outgoing = request(`${server.url}${slow}`, { agent: false });
    outgoing.on('error', () => undefined);
    outgoing.end();
    return outgoing;
  });
  // Two run and two wait for them; each would take seconds.
  await until('the queries have begun', async () => asked.every((one) => one.socket?.bytesWritten));
  await new Promise((resolve) => setTimeout(resolve, 200));
  for (const one of asked) one.destroy();
  const wait = await quick();
  if (LONG)
    process.stderr.write(
      `the next query after four that were hung up: ${wait.toFixed(0)} ms, alone ${alone.toFixed(0)} ms\n`,
    );
  expect(wait).toBeLessThan(1000);
});

(LONG ? test : test.skip)(
  'a query of more than 5 s is ended in words; spans are taken and lists read meanwhile',
  async () => {
    const from = performance.now();
    const asked = Promise.all(Array.from({ length: 2 }, () => server.call('GET', slow)));
    let done = false;
    void asked.then(() => {
      done = true;
    });
    let served = 0;
    while (!done) {
      const begun = performance.now();
      expect((await server.call('POST', '/v1/traces', traces([span()]))).status).toBe(200);
      expect((await server.call('GET', '/api/sessions?limit=10')).status).toBe(200);
      expectWithin(performance.now() - begun, 1000);
      served++;
    }
    for (const answer of await asked) {
      expect([answer.status, answer.json.error.code]).toEqual([503, 'too_slow']);
      expect(answer.json.error.message).toContain('narrow it');
    }
    expect(performance.now() - from).toBeLessThan(9000);
    expect(served).toBeGreaterThan(10);
    expectWithin(await quick(), 1000);
  },
  30_000,
);
