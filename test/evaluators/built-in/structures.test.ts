import { JsonMatchEvaluator, JsonValidEvaluator, ToolCallEvaluator } from '../../../evaluators/index';
import { evaluated, scored } from '../support';

describe('JsonValidEvaluator', () => {
  test.each<[unknown, number]>([
    ['{"a": 1}', 1],
    ['[]', 1],
    ['1', 1],
    ['"x"', 1],
    ['null', 1],
    ['\ufeff{}', 1],
    [' \n{}\t', 1],
    ['', 0],
    ['\ufeff', 0],
    ['{a: 1}', 0],
    ["{'a': 1}", 0],
    ['[1,]', 0],
    ['01', 0],
    ['+1', 0],
    ['NaN', 0],
    ['```json\n{}\n```', 0],
    ['['.repeat(100_000), 0],
    [{ a: 1 }, 1],
    [[1], 1],
    [7, 1],
    [undefined, 0],
    [() => 1, 0],
  ])('%p: %p', async (output, score) => {
    expect(await scored(new JsonValidEvaluator(), output)).toBe(score);
  });

  test('options', async () => {
    const container = new JsonValidEvaluator({ requireContainer: true });
    expect([await scored(container, '100'), await scored(container, 'null'), await scored(container, '[]')]).toEqual([
      0, 0, 1,
    ]);
    const fences = new JsonValidEvaluator({ stripFences: true });
    for (const text of ['```json\n{"a":1}\n```', ' ```\r\n[]\r\n```\n', '{}'])
      expect(await scored(fences, text)).toBe(1);
    expect(await scored(fences, 'Here: ```{}```')).toBe(0);
  });

  const schema = {
    type: 'object',
    properties: { a: { type: 'string', minLength: 2 }, b: { type: 'number', minimum: 0 }, c: { $ref: '#/$defs/c' } },
    required: ['a'],
    additionalProperties: false,
    $defs: { c: { enum: [1, 'x', null] } },
  };

  test.each<[string, number]>([
    ['{"a":"xy"}', 1],
    ['{"a":"xy","b":2,"c":null}', 1],
    ['{"a":"x"}', 0],
    ['{"a":"👍"}', 0],
    ['{"b":1}', 0],
    ['{"a":"xy","d":1}', 0],
    ['{"a":"xy","c":2}', 0],
    ['[]', 0],
  ])('with a schema: %j: %p', async (output, score) => {
    expect(await scored(new JsonValidEvaluator({ schema }), output)).toBe(score);
  });

  test('says what does not fit', async () => {
    const { feedback } = await evaluated(new JsonValidEvaluator({ schema }), '{"a":"xy","b":-1}');
    expect(feedback).toContain('#/b');
    expect((await evaluated(new JsonValidEvaluator(), '{')).feedback).toMatch(/^not JSON: /);
  });

  test.each([
    ['pattern', { properties: { id: { pattern: '^(a+)+$' } } }, (text: string) => ({ id: text })],
    ['patternProperties', { items: [{ patternProperties: { '^(a+)+$': {} } }] }, (text: string) => [{ [text]: 1 }]],
    ['$defs', { $ref: '#/$defs/id', $defs: { id: { pattern: '^(a+)+$' } } }, (text: string) => text],
  ])('stops a runaway pattern, in %s', async (_where, part, holding) => {
    const draft = { $schema: 'http://json-schema.org/draft-07/schema#', ...part };
    const endless = JSON.stringify(holding(`${'a'.repeat(29)}!`));
    const result = await evaluated(new JsonValidEvaluator({ schema: draft }), endless);
    expect(result).toMatchObject({
      status: 'timeout',
      score: null,
      feedback: 'a pattern of the schema found no end within 1000 ms',
    });
    expect(await scored(new JsonValidEvaluator({ schema: draft }), JSON.stringify(holding('aaa')))).toBe(1);
  });

  test('knows the drafts, and true and false', async () => {
    const draft7 = {
      $schema: 'http://json-schema.org/draft-07/schema#',
      items: [{ type: 'string' }],
      additionalItems: false,
    };
    const draft2020 = { prefixItems: [{ type: 'string' }], items: false };
    for (const each of [draft7, draft2020]) {
      expect(await scored(new JsonValidEvaluator({ schema: each }), '["a"]')).toBe(1);
      expect(await scored(new JsonValidEvaluator({ schema: each }), '["a", 1]')).toBe(0);
    }
    expect(await scored(new JsonValidEvaluator({ schema: true }), '1')).toBe(1);
    expect(await scored(new JsonValidEvaluator({ schema: false }), '1')).toBe(0);
    expect(await scored(new JsonValidEvaluator({ schema: { $ref: '#/nowhere' } }), '1')).toBe('error');
  });
});

describe('JsonMatchEvaluator', () => {
  test.each<[ConstructorParameters<typeof JsonMatchEvaluator>[0], unknown, unknown, number]>([
    [{}, '{}', '{}', 1],
    [{}, '[]', '{}', 0],
    [{}, '[]', '[]', 1],
    [{}, { a: 1, b: 2 }, '{"b":2,"a":1}', 1],
    [{}, { a: 1, b: 2 }, { a: 1, b: 3 }, 0.5],
    [{}, { a: 1, b: 2 }, { a: 1, c: 2 }, 1 / 3],
    [{}, { a: { x: 1, y: 2 }, b: 1 }, { a: { x: 1, y: 3 }, b: 1 }, 0.75],
    [{}, { a: null }, { a: null }, 1],
    [{}, { a: null }, {}, 0],
    [{}, true, false, 0],
    [{}, '1.0', 1, 1],
    [{}, [1, 2, 3], [1, 2], 2 / 3],
    [{}, [1, 2], [2, 1], 0],
    [{ listOrder: 'any' }, [1, 2], [2, 1], 1],
    [{ listOrder: 'any' }, [[1, 2], [3]], [[3], [2, 1]], 1],
    [
      { listOrder: 'any' },
      [
        { a: 1, b: 1 },
        { a: 1, b: 2 },
      ],
      [
        { a: 1, b: 2 },
        { a: 3, b: 1 },
      ],
      0.75,
    ],
    [{ listOrder: 'any' }, [1, 1], [1, 2], 0.5],
    [{ mode: 'strict' }, { a: [1, 2] }, '{"a": [1.0, 2]}', 1],
    [{ mode: 'strict' }, { a: [1, 2] }, { a: [2, 1] }, 0],
    [{ mode: 'strict', listOrder: 'any' }, { a: [1, 2] }, { a: [2, 1] }, 1],
    [{ mode: 'strict' }, '{"a": 1', { a: 1 }, 0],
    [{ mode: 'strict' }, 'hello', 'hello', 0],
    [{}, 'hello', 'hello', 1],
    [{}, 'hello', '{}', 0],
    [{ stripFences: true }, '```json\n{"a":1}\n```', { a: 1 }, 1],
    [{ leaves: 'similar' }, { a: 1 }, { a: 2 }, 2 / 3],
    [{ leaves: 'similar' }, { mapping: { a: 'foo', b: 'bar' } }, { mapping: { a: 'Foo', b: 'Bar' }, Extra: 5 }, 1 / 3],
    [{ leaves: 'similar' }, true, false, 0],
    [{}, { a: 'caf\u00e9' }, { a: 'cafe\u0301' }, 1],
    [{}, '{"__proto__": 1}', '{"__proto__": 1}', 1],
    [{}, '{"constructor": 1}', '{}', 0],
    [{}, { at: new Date(0) }, { at: new Date(1) }, 0],
    [{}, { at: new Date(0), in: {} }, { at: new Date(0), in: {} }, 1],
  ])('%j, %p and %p: %p', async (options, output, expected, score) => {
    expect(await scored(new JsonMatchEvaluator(options), output, expected)).toBeCloseTo(score, 12);
  });

  test('several references: the best counts', async () => {
    expect(await scored(new JsonMatchEvaluator(), '{"a":1}', ['{"a":2}', '{"a":1}'])).toBe(1);
    expect(await scored(new JsonMatchEvaluator(), '[1]', undefined, { references: [[2], [1]] })).toBe(1);
    expect(await scored(new JsonMatchEvaluator(), '{}')).toBe('skipped');
  });
});

describe('ToolCallEvaluator', () => {
  const search = { name: 'search', arguments: { q: 'x', page: 1 } };
  const mail = { name: 'mail', arguments: { to: 'a@b.example' } };
  const openAi = [
    { id: '1', type: 'function', function: { name: 'search', arguments: '{"page": 1, "q": "x"}' } },
    { id: '2', type: 'function', function: { name: 'mail', arguments: '{"to": "a@b.example"}' } },
  ];

  test.each<[string, unknown]>([
    ['a list', [search, mail]],
    ['toolCalls', { toolCalls: [search, mail] }],
    ["OpenAI's list", openAi],
    ["OpenAI's message", { role: 'assistant', content: null, tool_calls: openAi }],
    ["OpenAI's completion", { choices: [{ index: 0, message: { role: 'assistant', tool_calls: openAi } }] }],
    [
      "OpenAI's response items",
      { output: [{ type: 'reasoning' }, ...openAi.map((call) => ({ type: 'function_call', ...call.function }))] },
    ],
    [
      "Anthropic's blocks",
      {
        role: 'assistant',
        content: [
          { type: 'text', text: 'ok' },
          ...[search, mail].map((c) => ({ type: 'tool_use', name: c.name, input: c.arguments })),
        ],
      },
    ],
    ["the AI SDK's calls", [search, mail].map((c) => ({ type: 'tool-call', toolName: c.name, args: c.arguments }))],
    ['JSON text', JSON.stringify([search, mail])],
  ])('reads %s', async (_form, output) => {
    expect(await scored(new ToolCallEvaluator(), output, [search, mail])).toBe(1);
  });

  test.each<[string, unknown, unknown[]]>([
    ["OpenAI's message", { role: 'assistant', name: 'planner', content: null, tool_calls: openAi }, [search, mail]],
    [
      'its completion',
      { choices: [{ message: { role: 'assistant', name: 'planner', tool_calls: openAi } }] },
      [search, mail],
    ],
    [
      "LangChain's message",
      { name: 'agent', content: '', tool_calls: [{ type: 'tool_call', name: 'mail', args: mail.arguments, id: '1' }] },
      [mail],
    ],
    [
      'a history',
      [
        { role: 'user', name: 'ann', content: 'q' },
        { role: 'assistant', tool_calls: openAi },
        { role: 'tool', name: 'search', tool_call_id: '1', content: 'found' },
      ],
      [search, mail],
    ],
    ['words alone', { role: 'assistant', name: 'planner', content: 'hello' }, []],
    ['a named run', { name: 'planner', input: 'q', output: openAi }, [search, mail]],
  ])('takes the name of a message for its author: %s', async (_form, output, expected) => {
    expect((await evaluated(new ToolCallEvaluator(), output, expected)).feedback).toBeUndefined();
  });

  test('what has arguments is a call, also with what the tool gave', async () => {
    expect(await scored(new ToolCallEvaluator(), [{ ...search, output: [{ name: 'row' }] }], [search])).toBe(1);
    const block = { type: 'tool_use', name: 'mail', input: mail.arguments, content: [{ type: 'text', text: 'sent' }] };
    expect(await scored(new ToolCallEvaluator(), [block], [mail])).toBe(1);
  });

  test.each<[ConstructorParameters<typeof ToolCallEvaluator>[0], unknown[], unknown[], number]>([
    [{}, [search, mail], [mail, search], 0],
    [{}, [search], [search, mail], 0],
    [{ mode: 'unordered' }, [search, mail], [mail, search], 1],
    [{ mode: 'unordered' }, [search, search], [search], 0],
    [{ mode: 'unordered' }, [search, search], [search, mail], 0],
    [{ mode: 'subset' }, [search], [mail, search], 1],
    [{ mode: 'subset' }, [search, mail], [search], 0],
    [{ mode: 'subset' }, [search, search], [search], 0],
    [{ mode: 'superset' }, [search, mail], [mail], 1],
    [{ mode: 'superset' }, [search], [search, mail], 0],
    [{}, [], [], 1],
    [{}, [], [search], 0],
    [{ mode: 'subset' }, [], [search], 1],
    [{}, [{ name: 'search', arguments: { q: 'y', page: 1 } }], [search], 0],
    [{ arguments: 'ignore' }, [{ name: 'search', arguments: { q: 'y' } }], [search], 1],
    [{ arguments: 'ignore' }, [{ name: 'find', arguments: search.arguments }], [search], 0],
    [{ arguments: 'subset' }, [search], [{ name: 'search', arguments: { q: 'x' } }], 1],
    [{ arguments: 'subset' }, [{ name: 'search', arguments: { q: 'x' } }], [search], 0],
    [
      { arguments: 'subset' },
      [{ name: 'f', arguments: { a: { b: 1, c: 2 } } }],
      [{ name: 'f', arguments: { a: { b: 1 } } }],
      1,
    ],
    [{}, [{ name: 'now' }], [{ name: 'now', arguments: {} }], 1],
    [{}, [{ name: 'now', arguments: '' }], [{ name: 'now' }], 1],
  ])('%j: %j and %j: %p', async (options, output, expected, score) => {
    expect(await scored(new ToolCallEvaluator(options), output, expected)).toBe(score);
  });

  test('tells precision and recall, and what was called', async () => {
    expect(await evaluated(new ToolCallEvaluator(), [search], [search, mail])).toMatchObject({
      metrics: { precision: 1, recall: 0.5 },
      feedback: 'called search, expected search, mail (strict)',
    });
  });

  test.each(['exact', 'subset'] as const)('compares arguments without fields by what they hold: %s', async (how) => {
    const get = (argument: unknown) => [{ name: 'get', arguments: { it: argument } }];
    const tool = new ToolCallEvaluator({ arguments: how });
    for (const give of [
      (n: number) => new URL(`http://${n}.example`),
      (n: number) => new Date(n),
      (n: number) => [n],
    ]) {
      expect(await scored(tool, get(give(1)), get(give(1)))).toBe(1);
      expect(await scored(tool, get(give(1)), get(give(2)))).toBe(0);
    }
    expect(await scored(tool, get({}), get({}))).toBe(1);
  });

  test('several references are lists of calls', async () => {
    expect(await scored(new ToolCallEvaluator(), [mail], [[search], [mail]])).toBe(1);
    expect(await scored(new ToolCallEvaluator(), [mail], [search], { references: [[mail]] })).toBe(1);
  });

  test('an output without calls scores 0; without expectations it is skipped', async () => {
    expect(await scored(new ToolCallEvaluator(), 'I cannot do that', [search])).toBe(0);
    expect(await scored(new ToolCallEvaluator(), { role: 'assistant', content: 'hi' }, [])).toBe(1);
    expect(await scored(new ToolCallEvaluator(), [search])).toBe('skipped');
    expect(await scored(new ToolCallEvaluator(), [search], 'nothing')).toBe('error');
  });
});
