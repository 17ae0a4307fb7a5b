import fc from 'fast-check';
import { createCapture } from '../../src/attributes/capture.js';
import { DEFAULT_LIMITS } from '../../src/attributes/limits.js';
import { mergeBodies, startBody, updateBody } from '../../src/session/body.js';
import type { JsonObject } from '../../src/session/json.js';
import { addUpdate, createLane, splitUpdate } from '../../src/session/lane.js';
import { applied } from '../support/rest-receiver.js';

const capture = createCapture(DEFAULT_LIMITS, undefined);
const json = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
const update = (data: object): unknown => json(updateBody([data as Record<string, unknown>], capture));

describe("a session's start", () => {
  const id = '66666666-6666-4666-8666-66666666666a';

  it('says what is there and leaves out what is not', () => {
    const body = startBody(
      { sessionId: id, sessionName: 's1', source: 'dev', project: 'proj', inputs: { q: 'x' } },
      capture,
    );
    expect(json(body)).toEqual({
      session: { session_name: 's1', source: 'dev', project: 'proj', session_id: id, inputs: { q: 'x' } },
    });
  });

  it('carries properties, configuration and the ids of an experiment', () => {
    const body = startBody(
      {
        sessionId: id.toUpperCase(),
        sessionName: 's1',
        source: 'prod',
        metadata: { tier: 'gold' },
        config: { model: 'm' },
        userProperties: { plan: { name: 'pro' } },
        runId: 'r1',
        datasetId: 'd1',
        datapointId: 'p1',
      },
      capture,
    );
    expect(json(body)).toEqual({
      session: {
        session_name: 's1',
        source: 'prod',
        session_id: id,
        metadata: { run_id: 'r1', dataset_id: 'd1', datapoint_id: 'p1', tier: 'gold' },
        config: { model: 'm' },
        user_properties: { plan: { name: 'pro' } },
      },
    });
  });

  it('masks secrets', () => {
    const body = startBody(
      { sessionId: id, sessionName: 's', source: 'dev', inputs: { password: 'hunter2' } },
      capture,
    );
    expect(JSON.stringify(body)).not.toContain('hunter2');
  });
});

describe('a session update', () => {
  it('routes every namespace, inputs and unknown names into metadata (case 17)', () => {
    const data = {
      metadata: { a: 1 },
      inputs: { i: 1 },
      outputs: { o: 1 },
      config: { c: 1 },
      feedback: { f: 1 },
      metrics: { m: 1 },
      user_properties: { u: 1 },
      extra: 'x',
      duration: 12,
    };
    const expected = {
      metadata: { a: 1, inputs: { i: 1 }, extra: 'x' },
      feedback: { f: 1 },
      metrics: { m: 1 },
      outputs: { o: 1 },
      config: { c: 1 },
      user_properties: { u: 1 },
      duration: 12,
    };
    expect(update(data)).toEqual(expected);
    const { user_properties, ...rest } = data;
    expect(update({ ...rest, userProperties: user_properties })).toEqual(expected);
  });

  it('keeps nested data nested, and what is false, zero or empty text', () => {
    expect(update({ feedback: { rating: 0, ok: false, note: '', deep: { a: [{ b: 1 }] } } })).toEqual({
      feedback: { rating: 0, ok: false, note: '', deep: { a: [{ b: 1 }] } },
    });
  });

  it('gives scalars and lists a name: result for outputs, value for others', () => {
    expect(update({ outputs: 'answer' })).toEqual({ outputs: { result: 'answer' } });
    expect(update({ outputs: [1, 2] })).toEqual({ outputs: { result: [1, 2] } });
    expect(
      update({ metrics: 'good', feedback: 0, config: [1], userProperties: 'u', metadata: 'm', inputs: 'q' }),
    ).toEqual({
      metrics: { value: 'good' },
      feedback: { value: 0 },
      config: { value: [1] },
      user_properties: { value: 'u' },
      metadata: { value: 'm', inputs: { value: 'q' } },
    });
  });

  it('merges both spellings, the later wins', () => {
    expect(update({ userProperties: { a: 1, b: 1 }, user_properties: { b: 2 } })).toEqual({
      user_properties: { a: 1, b: 2 },
    });
  });

  it('applies namespaces, then attributes, then the rest', () => {
    expect(update({ k: 5, attributes: { k: 4, a: 4 }, metadata: { k: 3, a: 3, m: 3 } })).toEqual({
      metadata: { k: 5, a: 4, m: 3 },
    });
  });

  it('loses nothing that has no place of its own', () => {
    expect(update({ duration: 'long', error: 'e', attributes: 'text' })).toEqual({
      metadata: { duration: 'long', error: 'e', attributes: 'text' },
    });
  });

  it.each<[string, object, unknown]>([
    ['objects', { metadata: { a: { b: 1, x: 1 } }, a: { c: 2, x: 2 } }, { metadata: { a: { b: 1, x: 2, c: 2 } } }],
    [
      'objects of attributes',
      { metadata: { a: { b: 1 } }, attributes: { a: { c: { d: 2 } } } },
      { metadata: { a: { b: 1, c: { d: 2 } } } },
    ],
    ['lists', { metadata: { a: [1, 2, 3] }, a: [9] }, { metadata: { a: [9, 2, 3] } }],
    ['nulls, which say nothing', { metadata: { a: 1 }, a: null, attributes: { a: null } }, { metadata: { a: 1 } }],
    ['a scalar before an object', { metadata: { a: 1 }, a: { b: 2 } }, { metadata: { a: { value: 1, b: 2 } } }],
    ['a scalar after an object', { metadata: { a: { b: 2 } }, a: 1 }, { metadata: { a: { b: 2, value: 1 } } }],
    ['a text for metadata', { metadata: 'text', k: 1 }, { metadata: { value: 'text', k: 1 } }],
    ['inputs', { metadata: { inputs: { a: 1 } }, inputs: { b: 2 } }, { metadata: { inputs: { a: 1, b: 2 } } }],
    [
      'keys like any other',
      JSON.parse('{"metadata":{"a":{"__proto__":{"x":1}}},"a":{"__proto__":{"y":2}}}') as object,
      JSON.parse('{"metadata":{"a":{"__proto__":{"x":1,"y":2}}}}'),
    ],
  ])('merges leaf by leaf: %s', (_what, data, expected) => {
    expect(JSON.stringify(update(data))).toBe(JSON.stringify(expected));
  });

  it('says nothing where there is nothing to say', () => {
    expect(update({})).toEqual({});
    expect(update({ metadata: {}, metrics: undefined, feedback: null, outputs: [] })).toEqual({});
  });

  it('is a snapshot', () => {
    const metadata = { list: [1], at: { b: 1 } };
    const body = updateBody([{ metadata }], capture);
    metadata.list.push(2);
    metadata.at.b = 2;
    expect(json(body)).toEqual({ metadata: { list: [1], at: { b: 1 } } });
  });

  it('treats __proto__ and constructor as plain data', () => {
    const data = JSON.parse('{"metadata":{"__proto__":{"polluted":1},"constructor":2}}') as object;
    const text = JSON.stringify(updateBody([data as Record<string, unknown>], capture));
    expect(text).toContain('"__proto__":{"polluted":1}');
    expect(text).toContain('"constructor":2');
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  it('survives hostile values and asks user code once', () => {
    let asked = 0;
    const body = updateBody(
      [
        {
          metadata: {
            get once() {
              asked += 1;
              return asked;
            },
            get bad(): unknown {
              throw new Error('no');
            },
          },
        },
      ],
      capture,
    );
    expect(json(body)).toEqual({ metadata: { once: 1, bad: '[Throws: no]' } });
  });
});

describe('merging updates', () => {
  const keys = fc.constantFrom('a', 'b', 'c', '__proto__', 'constructor', 'x.y');
  const leaf = fc.oneof(
    fc.integer(),
    fc.string({ maxLength: 3 }),
    fc.boolean(),
    fc.constant(null),
    fc.array(fc.integer(), { maxLength: 2 }),
  );
  const namespace = fc.dictionary(keys, fc.oneof(leaf, fc.dictionary(keys, leaf, { maxKeys: 2 })), {
    maxKeys: 4,
    noNullPrototype: true,
  });
  const names = fc.constantFrom('metadata', 'metrics', 'feedback', 'outputs', 'config', 'user_properties');
  const bodies = fc
    .tuple(
      fc.dictionary(names, namespace, { maxKeys: 4, noNullPrototype: true }),
      fc.option(fc.integer(), { nil: undefined }),
    )
    .map(([fields, duration]) => JSON.parse(JSON.stringify({ ...fields, duration })) as JsonObject);
  const nonEmpty = (state: unknown): unknown =>
    Object.fromEntries(
      Object.entries(json(state) as object).filter(
        ([, v]) => typeof v !== 'object' || v === null || Object.keys(v as object).length > 0,
      ),
    );

  it('ends in the state that one after the other ends in', () => {
    fc.assert(
      fc.property(fc.array(bodies, { maxLength: 8 }), (calls) => {
        const merged = calls.reduce((older, newer) => mergeBodies(older, newer), {} as JsonObject);
        const sequential = calls.reduce<Record<string, unknown>>((state, call) => applied(state, call), {});
        expect(nonEmpty(merged)).toEqual(nonEmpty(sequential));
      }),
    );
  });

  it('leaves both arguments as they were', () => {
    fc.assert(
      fc.property(bodies, bodies, (older, newer) => {
        const before = JSON.stringify([older, newer]);
        mergeBodies(older, newer);
        expect(JSON.stringify([older, newer])).toBe(before);
      }),
    );
  });

  it('says the same in two halves', () => {
    fc.assert(
      fc.property(bodies, fc.integer({ min: 1, max: 9 }), (body, calls) => {
        const work = addUpdate(createLane('id'), body, 10);
        work.calls = calls;
        const halves = splitUpdate(work);
        if (halves === undefined) return;
        expect(nonEmpty(mergeBodies(halves[0].body, halves[1].body))).toEqual(nonEmpty(body));
        expect(halves[0].calls + halves[1].calls).toBe(calls);
      }),
    );
  });
});
