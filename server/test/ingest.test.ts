import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { hex, inSession, type Local, local, span, T0, traces } from './support/local';
import { otelClient } from './support/otel-client';

let server: Local;
beforeAll(async () => {
  server = await local();
});

describe('official OpenTelemetry exporters, in a program of their own', () => {
  test.each([
    ['protobuf', '/v1/traces', 'none'],
    ['protobuf', '/v1/traces', 'gzip'],
    ['protobuf', '/opentelemetry/v1/traces', 'none'],
    ['json', '/v1/traces', 'none'],
    ['json', '/v1/traces', 'gzip'],
  ])('%s on %s, compression %s', async (encoding, path, compression) => {
    const sessionId = randomUUID();
    const ids = await otelClient(encoding, `${server.url}${path}`, compression, sessionId);
    const { json } = await server.call('GET', `/api/spans/${ids.traceId}/${ids.spanId}`);
    expect(json).toMatchObject({
      name: 'work',
      sessionId,
      status: 'error',
      attributes: { n: 7, f: 1.5, b: true, list: ['a', 'b'] },
      outputs: { result: { a: ['x'] } },
      error: { type: 'TypeError', message: 'bad' },
      scope: { name: 'lib', version: '1.2.3' },
    });
    expect(json.events.map((event: { name: string }) => event.name)).toEqual(['note', 'exception']);
    expect(json).toMatchObject({
      // Sampled, and known to have no parent elsewhere.
      traceFlags: 0x101,
      dropped: { attributes: 0, events: 0, links: 1 },
      flags: ['left out by the sender, whose limits they exceed: 1 link'],
      links: [{ spanId: 'b7ad6b7169203331', traceState: 'vendor=1', flags: 0x301, attributes: { why: 'cause' } }],
    });
    expect(json.events[0]).toMatchObject({ name: 'note', droppedAttributes: 1 });
    expect(json.resource['service.name']).toBe('shop');
  });
});

describe('the same span again', () => {
  test('five times, concurrently and one after the other: stored once, counted, answered 200', async () => {
    const sessionId = randomUUID();
    const body = traces([span({ attributes: inSession(sessionId) }), span({ attributes: inSession(sessionId) })]);
    const before = (await server.call('GET', '/api/stats')).json;
    const answers = await Promise.all(Array.from({ length: 5 }, () => server.call('POST', '/v1/traces', body)));
    expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200, 200, 200]);
    expect(answers.reduce((sum, answer) => sum + Number(answer.headers['x-honeyhive-duplicates']), 0)).toBe(8);
    const after = (await server.call('GET', '/api/stats')).json;
    expect(after.duplicates - before.duplicates).toBe(8);
    expect(after.received - before.received).toBe(10);
    expect(after.spans - before.spans).toBe(2);
    expect((await server.call('GET', `/api/sessions/${sessionId}`)).json.session.spanCount).toBe(2);
  });

  test('its end is merged into its start, whichever comes first', async () => {
    for (const order of ['start first', 'end first']) {
      const sessionId = randomUUID();
      const ids = { traceId: hex(16), spanId: hex(8) };
      const start = span({
        ...ids,
        endMs: null,
        attributes: inSession(sessionId, { early: 'yes', honeyhive_event_type: 'model' }),
      });
      const end = span({
        ...ids,
        attributes: inSession(sessionId, {
          late: 'yes',
          honeyhive_event_type: 'model',
          'honeyhive_outputs.result': 'done',
          'gen_ai.usage.input_tokens': 3,
        }),
      });
      // The last two have nothing new to say.
      for (const one of order === 'start first' ? [start, end, start, end] : [end, start, end, start])
        await server.call('POST', '/v1/traces', traces([one]));
      const { json } = await server.call('GET', `/api/spans/${ids.traceId}/${ids.spanId}`);
      expect(json).toMatchObject({
        running: false,
        durationMs: 10,
        outputs: { result: 'done' },
        attributes: { early: 'yes', late: 'yes' },
      });
      expect((await server.call('GET', `/api/sessions/${sessionId}`)).json.session).toMatchObject({
        spanCount: 1,
        modelCount: 1,
        tokens: { prompt: 3, total: 3 },
      });
    }
  });

  test('with other content: the one that says more wins, at a tie the later', async () => {
    const ids = { traceId: hex(16), spanId: hex(8) };
    const sessionId = randomUUID();
    const version = (more: Record<string, string>) =>
      traces([span({ ...ids, attributes: inSession(sessionId, more) })]);
    const shown = async () => (await server.call('GET', `/api/spans/${ids.traceId}/${ids.spanId}`)).json.attributes;
    await server.call('POST', '/v1/traces', version({ a: '1', b: '1' }));
    await server.call('POST', '/v1/traces', version({ a: '2' }));
    expect(await shown()).toMatchObject({ a: '1', b: '1' });
    await server.call('POST', '/v1/traces', version({ a: '3', b: '3' }));
    expect(await shown()).toMatchObject({ a: '3', b: '3' });
  });
});

describe('sessions of spans', () => {
  test('a span without one gets a session of its trace; a sibling that names one takes it along', async () => {
    const traceId = hex(16);
    await server.call(
      'POST',
      '/v1/traces',
      traces([span({ traceId, name: 'child', attributes: { 'honeyhive_metrics.x': 1 } })]),
    );
    const made = `${traceId.slice(0, 8)}-${traceId.slice(8, 12)}-${traceId.slice(12, 16)}-${traceId.slice(16, 20)}-${traceId.slice(20)}`;
    expect((await server.call('GET', `/api/sessions/${made}`)).json.session.metadata.session_source).toBe('trace');
    const sessionId = randomUUID();
    await server.call(
      'POST',
      '/v1/traces',
      traces([span({ traceId, name: 'root', attributes: inSession(sessionId) })]),
    );
    const found = (await server.call('GET', `/api/sessions/${sessionId}`)).json;
    expect(found.spans.map((one: { name: string }) => one.name).sort()).toEqual(['child', 'root']);
    expect(found.session.spanCount).toBe(2);
    expect((await server.call('GET', `/api/sessions/${made}`)).status).toBe(404);
  });

  test('REST start and spans meet in any order, with or without a project', async () => {
    for (const project of [undefined, 'shop']) {
      for (const first of ['rest', 'span']) {
        const sessionId = randomUUID();
        const rest = () =>
          server.call('POST', '/session/start', {
            session: { session_id: sessionId, session_name: 'chat', source: 'dev', ...(project ? { project } : {}) },
          });
        const otlp = () =>
          server.call(
            'POST',
            '/v1/traces',
            traces([span({ attributes: inSession(sessionId, { 'honeyhive.project': 'shop' }) })]),
          );
        for (const step of first === 'rest' ? [rest, otlp] : [otlp, rest]) await step();
        const { items } = (await server.call('GET', '/api/sessions?limit=1000')).json;
        const own = items.filter((one: { sessionId: string }) => one.sessionId === sessionId);
        expect(own).toHaveLength(1);
        expect(own[0]).toMatchObject({ sessionName: 'chat', project: 'shop', spanCount: 1 });
      }
    }
  });

  test('scores: mean and count by evaluator', async () => {
    const sessionId = randomUUID();
    const scored = (score: number) =>
      span({
        attributes: inSession(sessionId, { 'honeyhive_metrics.acc_passed': true }),
        events: [
          {
            name: 'gen_ai.evaluation.result',
            attributes: {
              'gen_ai.evaluation.name': 'acc',
              'gen_ai.evaluation.score.value': score,
              'gen_ai.evaluation.explanation': 'why',
            },
          },
        ],
      });
    const spans = [scored(1), scored(0.5)];
    await server.call('POST', '/v1/traces', traces(spans));
    const { session } = (await server.call('GET', `/api/sessions/${sessionId}`)).json;
    expect(session.scores).toEqual({ acc: { mean: 0.75, count: 2 } });
    const whole = (await server.call('GET', `/api/spans/${spans[0].traceId}/${spans[0].spanId}`)).json;
    expect(whole.evaluations).toEqual([
      { name: 'acc', score: 1, label: null, explanation: 'why', passed: true, status: 'ok', errorType: null },
    ]);
  });

  test('updates merge by key; those of an event that is not there yet wait for it', async () => {
    const sessionId = randomUUID();
    await server.call('POST', '/session/start', {
      session: { session_id: sessionId, metadata: { a: 1, b: { c: 1 } }, user_properties: { user_id: 'u' } },
    });
    await server.call('PUT', '/events', {
      event_id: sessionId.toUpperCase(),
      metadata: { a: 2, d: 3 },
      feedback: { rating: 5 },
      outputs: ['x'],
    });
    const { session } = (await server.call('GET', `/api/sessions/${sessionId}`)).json;
    expect(session).toMatchObject({
      metadata: { a: 2, b: { c: 1 }, d: 3 },
      feedback: { rating: 5 },
      outputs: { result: ['x'] },
      userProperties: { user_id: 'u' },
      hasFeedback: true,
    });

    const eventId = randomUUID();
    await server.call('PUT', '/events', { event_id: eventId, feedback: { liked: true } });
    const late = span({
      attributes: inSession(sessionId, { honeyhive_event_id: eventId, 'honeyhive_feedback.first': 1 }),
    });
    await server.call('POST', '/v1/traces', traces([late]));
    await server.call('PUT', '/events', { event_id: eventId, metrics: { m: 1 } });
    const whole = (await server.call('GET', `/api/spans/${late.traceId}/${late.spanId}`)).json;
    expect(whole).toMatchObject({ feedback: { first: 1, liked: true }, metrics: { m: 1 }, eventId });
    expect((await server.call('GET', `/api/sessions/${eventId}`)).status).toBe(404);
  });
});

describe('odd spans are kept and marked', () => {
  test('times of 0, beyond 2262, 2^64-1, ending before the start', async () => {
    const sessionId = randomUUID();
    const times: [string, string][] = [
      ['0', '5'],
      ['18446744073709551615', '18446744073709551615'],
      ['9300000000000000000', '9300000000000000001'],
      ['2000000', '1000000'],
    ];
    const spans = times.map(([start, end]) => ({
      ...span({ attributes: inSession(sessionId) }),
      startTimeUnixNano: start,
      endTimeUnixNano: end,
    }));
    expect((await server.call('POST', '/v1/traces', traces(spans))).text).toBe('{}');
    const flags = await Promise.all(
      spans.map(async (one) => (await server.call('GET', `/api/spans/${one.traceId}/${one.spanId}`)).json),
    );
    expect(flags.map((one) => one.startTimeUnixNano)).toEqual(times.map(([start]) => start));
    expect(flags.map((one) => one.flags)).toEqual([
      ['no start time'],
      ['starts after the year 2262'],
      ['starts after the year 2262'],
      ['ends before it starts'],
    ]);
  });

  test('own parents, rings, parents that never come, other traces: all are listed', async () => {
    const sessionId = randomUUID();
    const traceId = hex(16);
    const [a, b, self] = [hex(8), hex(8), hex(8)];
    const spans = [
      span({ traceId, spanId: a, parentSpanId: b, attributes: inSession(sessionId) }),
      span({ traceId, spanId: b, parentSpanId: a, attributes: inSession(sessionId) }),
      span({ traceId, spanId: self, parentSpanId: self, attributes: inSession(sessionId) }),
      span({ traceId, parentSpanId: hex(8), attributes: inSession(sessionId) }),
    ];
    await server.call('POST', '/v1/traces', traces(spans));
    expect((await server.call('GET', `/api/sessions/${sessionId}`)).json.spans).toHaveLength(4);
    const tree = (await server.call('GET', `/v1/events/${sessionId}`)).json;
    const count = (node: { children: unknown[] }): number =>
      node.children.reduce((sum: number, child) => sum + 1 + count(child as never), 0);
    expect(count(tree)).toBe(4);
  });

  test('ids that are not valid are refused alone, with a reason', async () => {
    const good = span({ attributes: inSession(randomUUID()) });
    const answer = await server.call(
      'POST',
      '/v1/traces',
      traces([good, span({ traceId: '0'.repeat(32) }), span({ spanId: 'abcd' })]),
    );
    expect(answer.status).toBe(200);
    expect(answer.json.partialSuccess).toMatchObject({ rejectedSpans: '2' });
    expect((await server.call('GET', `/api/spans/${good.traceId}/${good.spanId}`)).status).toBe(200);
  });

  test('upper-case ids, 64-bit integers and nanoseconds keep every digit, as text and as number', async () => {
    const one = span({});
    const text = JSON.stringify(traces([{ ...one, traceId: one.traceId.toUpperCase() }]))
      .replace(`"${T0}000000"`, '1544712660300000123')
      .replace(
        '"attributes":[],"events"',
        '"attributes":[{"key":"big","value":{"intValue":9007199254740993}},{"key":"neg","value":{"intValue":"-9223372036854775808"}}],"events"',
      );
    expect((await server.call('POST', '/v1/traces', text)).status).toBe(200);
    const { json } = await server.call('GET', `/api/spans/${one.traceId}/${one.spanId}`);
    expect(json.startTimeUnixNano).toBe('1544712660300000123');
    expect(json.attributes).toEqual({ big: '9007199254740993', neg: '-9223372036854775808' });
  });

  test('integers inside JSON texts keep every digit too; those that fit stay numbers, and what is no JSON stays text', async () => {
    const inputs = {
      user: '{"user_id":1234567890123456789,"n":[-9223372036854775808,1767614400000000,1.5e30,"at 1234567890123456789\\""]}',
      broken: '{1234567890123456789:1}',
      zeros: '[00001234567890123456]',
    };
    const attributes = Object.fromEntries(
      Object.entries(inputs).map(([name, text]) => [`honeyhive_inputs.${name}`, text]),
    );
    const one = span({ attributes: { ...attributes, 'input.value': inputs.user } });
    expect((await server.call('POST', '/v1/traces', traces([one]))).status).toBe(200);
    const { json } = await server.call('GET', `/api/spans/${one.traceId}/${one.spanId}`);
    expect(json.inputs).toMatchObject({
      user: {
        user_id: '1234567890123456789',
        n: ['-9223372036854775808', 1767614400000000, 1.5e30, 'at 1234567890123456789"'],
      },
      broken: inputs.broken,
      zeros: inputs.zeros,
    });
    const filter = encodeURIComponent('inputs.user.user_id:1234567890123456789');
    expect((await server.call('GET', `/api/spans?q=${filter}`)).json.items).toHaveLength(1);
  });

  test('__proto__ and friends are plain keys', async () => {
    const one = span({
      attributes: {
        __proto: 'x',
        ['__proto__' as string]: 'y',
        'honeyhive_metadata.__proto__.polluted': 'yes',
        'honeyhive_metadata.constructor.prototype.polluted': 'yes',
      },
    });
    one.attributes.push({ key: '__proto__', value: { stringValue: 'y' } });
    await server.call('POST', '/v1/traces', traces([one]));
    const answer = await server.call('GET', `/api/spans/${one.traceId}/${one.spanId}`);
    expect(answer.text).toContain('"__proto__":"y"');
    expect(({} as { polluted?: string }).polluted).toBeUndefined();
    expect(answer.text).toContain('"__proto__":{"polluted":"yes"}');
  });
});

test('long texts and repeated messages are kept once and come back byte for byte', async () => {
  const sessionId = randomUUID();
  const message = (n: number) => ({
    role: n % 2 ? 'user' : 'assistant',
    content: `message ${n} ${'lorem ipsum "quoted" \\ ünï '.repeat(40)}`,
  });
  const history = Array.from({ length: 30 }, (_, n) => message(n));
  const texts = history.map((_, n) => JSON.stringify(history.slice(0, n + 1)));
  const spans = texts.map((text) =>
    span({
      attributes: inSession(sessionId, {
        'gen_ai.input.messages': text,
        plain: 'x'.repeat(5000),
        honeyhive_event_type: 'model',
      }),
    }),
  );
  const before = (await server.call('GET', '/api/stats')).json.dbBytes;
  await server.call('POST', '/v1/traces', gzipSync(JSON.stringify(traces(spans))), { 'content-encoding': 'gzip' });
  const after = (await server.call('GET', '/api/stats')).json.dbBytes;
  for (const [index, one] of spans.entries()) {
    const { json } = await server.call('GET', `/api/spans/${one.traceId}/${one.spanId}`);
    expect(json.attributes['gen_ai.input.messages']).toBe(texts[index]);
    expect(json.attributes.plain).toBe('x'.repeat(5000));
    expect(json.inputs.messages).toHaveLength(index + 1);
  }
  const sent = spans.reduce((sum, one) => sum + JSON.stringify(one).length, 0);
  expect(after - before).toBeLessThan(sent / 2);
});
