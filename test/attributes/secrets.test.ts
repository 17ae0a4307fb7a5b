import { randomBytes } from 'node:crypto';
import { captureValue } from '../../src/attributes/capture';
import type { CaptureContext } from '../../src/attributes/context';
import { describeError } from '../../src/attributes/error';
import { snapshot } from '../../src/attributes/snapshot';
import { capture, flatten } from './support';

const context = capture();
const text = (given: string): string => context.redactor.text(given);

/** A secret that nothing but its surroundings gives away, so that each case tests one rule. */
function plant(): string {
  return `c4nary${randomBytes(9).toString('hex')}`;
}

/** Everything that any of the doors makes of a value. */
function everything(value: unknown, name = 'value', through: CaptureContext = context): string {
  const error = new Error(typeof value === 'string' ? value : 'failed', { cause: value });
  return JSON.stringify(
    [
      captureValue(value, name, through),
      flatten({ [name]: value }, 'honeyhive_metadata', through),
      snapshot(value, through, name),
      describeError(error, through),
    ],
    (_key, each: unknown) => (typeof each === 'bigint' ? String(each) : each),
  );
}

describe('secret names', () => {
  const secret = [
    'password',
    'Password',
    'user_password',
    'passwordHash',
    'passwd',
    'passWord',
    'pass_phrase',
    'passPhrase',
    'Pass-Code',
    'pwd',
    'apiKey',
    'api_key',
    'API-KEY',
    'APIKey',
    'apikey',
    'x-api-key',
    'X-Goog-Api-Key',
    'OPENAI_API_KEY',
    'openaiApiKey',
    'authorization',
    'Authorization',
    'proxy-authorization',
    'access_token',
    'accessToken',
    'refresh_token',
    'idToken',
    'token',
    'x-auth-token',
    'csrfToken',
    'X-Amz-Security-Token',
    'cookie',
    'Set-Cookie',
    'cookies',
    'secret',
    'clientSecret',
    'secret_key',
    'aws_secret_access_key',
    'AWS_ACCESS_KEY_ID',
    'private_key',
    'privateKey',
    'credentials',
    'passphrase',
    'jwt',
    'auth',
    'Ocp-Apim-Subscription-Key',
    'signingKey',
    'connectionString',
    'api_key_1',
    'ssn',
    'bearer',
  ];
  const plain = [
    'total_tokens',
    'totalTokens',
    'tokenizer',
    'max_tokens',
    'maxTokens',
    'prompt_tokens',
    'token_count',
    'tokenCount',
    'tokens',
    'authorName',
    'author',
    'authors',
    'cost_per_token',
    'next_token',
    'pageToken',
    'stop_token',
    'time_to_first_token',
    'secretary',
    'key',
    'keys',
    'keyword',
    'primary_key',
    'public_key',
    'monkey',
    'passenger',
    'compass',
    'bypass_cache',
    'cookieless',
    'basic',
    'oauthor',
    'session_id',
    'model',
    'role',
    'pass_rate',
    'pass_codec',
    'phrase',
    'auth_method',
    'tokenized',
    'passages',
    'turkey',
  ];

  it.each(secret)('%s is a secret', (key) => expect(context.redactor.isSecretKey(key)).toBe(true));
  it.each(plain)('%s is none', (key) => expect(context.redactor.isSecretKey(key)).toBe(false));

  it('masks the value, whatever it is, and nothing else', () => {
    const value = {
      password: ['a', 'b'],
      apiKey: { nested: 'x' },
      token: 12345,
      cookie: null,
      total_tokens: 5,
      deep: [{ client_secret: 'x' }],
    };
    expect(snapshot(value, context)).toEqual({
      password: '[REDACTED]',
      apiKey: '[REDACTED]',
      token: '[REDACTED]',
      cookie: null,
      total_tokens: 5,
      deep: [{ client_secret: '[REDACTED]' }],
    });
    expect(captureValue({ a: 1 }, 'apiKey', context)).toBe('[REDACTED]');
    expect(snapshot({ a: 1 }, context, 'inputs.password')).toBe('[REDACTED]');
    expect(flatten('x', 'honeyhive_metadata.password')).toEqual({ 'honeyhive_metadata.password': '[REDACTED]' });
    expect(flatten(0.5, 'honeyhive_metrics.secret_leak')).toEqual({ 'honeyhive_metrics.secret_leak': 0.5 });
  });
});

describe('secret shapes', () => {
  const hex = (): string => randomBytes(20).toString('hex');
  const shapes: Record<string, () => string> = {
    openai: () => `sk-proj-${hex()}`,
    anthropic: () => `sk-ant-api03-${hex()}`,
    stripe: () => `sk_live_${hex()}`,
    aws: () => `AKIA${hex().slice(0, 16).toUpperCase()}`,
    github: () => `ghp_${hex()}`,
    'github fine-grained': () => `github_pat_${hex()}`,
    gitlab: () => `glpat-${hex()}`,
    slack: () => `xoxb-12345-${hex()}`,
    'slack hook': () => `https://hooks.slack.com/services/T000/B000/${hex()}`,
    google: () => `AIza${hex().slice(0, 35)}`,
    npm: () => `npm_${hex()}`,
    'hugging face': () => `hf_${hex()}`,
    jwt: () => `eyJhbGciOiJIUzI1NiJ9.${Buffer.from(`{"sub":"${hex()}"}`).toString('base64url')}.${hex()}`,
    pem: () => `-----BEGIN RSA PRIVATE KEY-----\n${hex()}\n${hex()}\n-----END RSA PRIVATE KEY-----`,
    'pem without its end': () => `-----BEGIN PRIVATE KEY-----\n${hex()}`,
    bearer: () => `Bearer ${hex()}`,
    basic: () => `Basic ${Buffer.from(`user:${hex()}`).toString('base64')}`,
  };

  it.each(Object.keys(shapes))('masks %s wherever it stands', (kind) => {
    for (const around of ['', 'see ', 'a text with "quotes" and (', `${'x'.repeat(200)} `, 'https://host/?q=']) {
      const secret = (shapes[kind] as () => string)();
      const rest = secret.slice(-12);
      const masked = text(`${around}${secret} and more`);
      expect(masked).not.toContain(rest);
      expect(masked.startsWith(around)).toBe(true);
      if (!kind.includes('without')) expect(masked.endsWith(' and more')).toBe(true);
      expect(
        everything({ [secret]: secret, list: [secret], json: JSON.stringify({ deep: { secret: [secret] } }) }),
      ).not.toContain(rest);
    }
  });

  it('masks the password of an address', () => {
    expect(text('postgres://user:p4ss!w%40rd,x@host:5432/db?x=1')).toBe('postgres://user:[REDACTED]@host:5432/db?x=1');
    expect(text('redis://:hunter2@host')).toBe('redis://:[REDACTED]@host');
    expect(text('https://tok123:x-oauth-basic@github.com/a')).toBe('https://[REDACTED]:[REDACTED]@github.com/a');
    expect(text('see http://localhost:3000?mail=a@b.c and {"u":"http://h:80","m":"a@b.c"}')).toBe(
      'see http://localhost:3000?mail=a@b.c and {"u":"http://h:80","m":"a@b.c"}',
    );
  });

  it('masks values of secret names inside a text', () => {
    expect(text('GET /?user=ann&api_key=abc&q=1')).toBe('GET /?user=ann&api_key=[REDACTED]&q=1');
    expect(text('https://h/cb?code=1&access_token=abc#x')).toBe('https://h/cb?code=1&access_token=[REDACTED]');
    expect(text('redirect=https%3A%2F%2Fh%3Ftoken%3Dabc%26q%3D1')).toBe(
      'redirect=https%3A%2F%2Fh%3Ftoken%3D[REDACTED]%26q%3D1',
    );
    expect(text('login failed: password=hunter2, user=ann')).toBe('login failed: password=[REDACTED], user=ann');
    expect(text("{ password: 'two words', user: 'ann' }")).toBe("{ password: '[REDACTED]', user: 'ann' }");
    expect(text('Authorization: Bearer abc')).toBe('Authorization: [REDACTED]');
    expect(text('Server=db;User Id=sa;Password=p4ss;')).toBe('Server=db;User Id=sa;Password=[REDACTED];');
    expect(text('Incorrect API key: abc123def')).toBe('Incorrect API key: [REDACTED]');
    const levels = [{ password: 'say "hi" \\', ok: 1 }];
    for (let i = 0; i < 3; i += 1) {
      let given = JSON.stringify(levels);
      let expected = JSON.stringify([{ password: '[REDACTED]', ok: 1 }]);
      for (let j = 0; j < i; j += 1) [given, expected] = [JSON.stringify(given), JSON.stringify(expected)];
      expect(text(given)).toBe(expected);
    }
    expect(JSON.parse(text('{"pin_token":12345,"credentials":{"user":"x","deep":["y"]},"ok":1}'))).toEqual({
      pin_token: '[REDACTED]',
      credentials: '[REDACTED]',
      ok: 1,
    });
  });

  it('leaves prose and harmless data alone', () => {
    for (const given of [
      'Basic information about the bearer of this letter, a task-oriented risk-based approach.',
      'The password: please enter it below. Secret: none. Pass the salt, token: word by word.',
      'max_tokens=500&total_tokens: 20, author=Ann; "tokens": 12, "key": "value", cost_per_token=0.1',
      'https://example.com:8080/path?q=a:b@c',
      'mailto:ann@example.com',
      'sk-learn and sk-SK, sk-learn-contrib-tools-pack',
      'The eyJ prefix; version A1.2.3; 12:30:45; C:\\keys\\path',
      '-----BEGIN CERTIFICATE-----\nabc\n-----END CERTIFICATE-----',
      'a'.repeat(100_000),
    ])
      expect(text(given)).toBe(given);
  });

  it('does not leak half a secret at the border of a cut', () => {
    const small = capture(undefined, { valueLength: 1_000 });
    for (let at = 900; at < 1_010; at += 1) {
      const secret = `sk-${randomBytes(200).toString('hex')}`;
      const made = captureValue(`${'x '.repeat(at / 2)}${secret}${' y'.repeat(20_000)}`, 'v', small) as string;
      expect(made.length).toBeLessThanOrEqual(1_000);
      expect(made).not.toContain(secret.slice(3, 13));
    }
  });
});

describe('texts made to be slow', () => {
  const pieces = [
    'sk-',
    'eyJa.',
    '://a:',
    'Bearer ',
    'password=//',
    'token: ',
    '"password":"\\',
    '"secrets":{',
    '-----BEGIN PRIVATE KEY-----',
  ];
  pieces.push('%3Dtoken', '\\"', 'ghp_', 'api key=', 'a');

  it('take no longer than others', () => {
    for (const first of pieces) {
      for (const second of pieces) {
        const made = (first + second).repeat(64_000 / (first.length + second.length));
        const start = performance.now();
        text(made);
        // Quadratic time would be minutes; half a second leaves room for a busy machine.
        if (performance.now() - start > 500) throw new Error(`slow on ${JSON.stringify(first + second)}`);
      }
    }
  });
});

describe('fifty planted secrets', () => {
  const places: ((secret: string) => unknown)[] = [
    ...[
      'password',
      'apiKey',
      'API_KEY',
      'x-api-key',
      'authorization',
      'Cookie',
      'set-cookie',
      'clientSecret',
      'access_token',
      'refreshToken',
      'privateKey',
      'AWS_SECRET_ACCESS_KEY',
      'passphrase',
      'credentials',
      'sessionToken',
    ].map((key) => (s: string) => ({ a: [{ [key]: s }] })),
    (s) => ({ password: { value: [s] } }),
    (s) => new Map([['password', s]]),
    (s) => new Map([[{ id: 1 }, { apiKey: s }]]),
    (s) => new Set([{ token: s }]),
    (s) => new Headers({ authorization: s, cookie: s }),
    (s) => new URLSearchParams({ api_key: s }),
    (s) => {
      const headers = new Headers({ 'x-api-key': s });
      headers.append('set-cookie', `sid=${s}; Path=/`);
      headers.append('set-cookie', `csrf=${s}`);
      return { headers };
    },
    (s) => new URLSearchParams(`scope=a&scope=b&client_secret=${s}`),
    (s) => {
      const form = new FormData();
      for (const role of ['a', 'b']) form.append('role', role);
      form.append('password', s);
      return form;
    },
    (s) =>
      new Map<unknown, unknown>([
        ['password', s],
        [{ id: 1 }, 1],
      ]),
    (s) =>
      new Map<unknown, unknown>([
        ['password', { deep: [s] }],
        [1, 1],
        ['1', 1],
      ]),
    (s) => ({
      headers: [
        ['accept', '*/*'],
        ['x-api-key', s],
      ],
    }),
    (s) => [['authorization', s]],
    (s) => new URL(`https://user:${s}@host/`),
    (s) => new URL(`https://host/?token=${s}`),
    (s) => `https://host/path?password=${s}`,
    (s) => `mongodb+srv://admin:${s}@cluster/db`,
    (s) => new Error(`request to https://u:${s}@host failed`),
    (s) => new Error('outer', { cause: new Error(`api_key=${s}`) }),
    (s) => new AggregateError([new Error(`Bearer ${s}`)], 'all'),
    (s) => Object.assign(new Error('axios'), { config: { headers: { Authorization: s } } }),
    (s) => new DOMException(`token=${s}`, 'DataError'),
    (s) => ({
      get apiKey() {
        return s;
      },
    }),
    (s) => ({ toJSON: () => ({ apiKey: s }) }),
    (s) => ({
      get bad(): string {
        throw new Error(`password=${s}`);
      },
    }),
    (s) =>
      class {
        static apiKey = s;
      },
    (s) => Object.assign(Object.create(null) as object, { secret: s }),
    (s) =>
      new (class Config {
        apiKey = s;
      })(),
    (s) => JSON.stringify({ deep: { password: s } }),
    (s) => JSON.stringify(JSON.stringify({ headers: { Authorization: `Bearer ${s}` } })),
    (s) => JSON.stringify({ secrets: [s, { b: s }] }),
    (s) => `{'password': '${s}'}`,
    (s) => `password: "${s} with words"`,
    (s) => `export OPENAI_API_KEY=${s}`,
    (s) => `Authorization: Basic ${Buffer.from(`u:${s}`).toString('base64')} ${s.slice(0, 0)}`,
    (s) => `Cookie: session_token=${s}; theme=dark`,
    (s) => `-----BEGIN EC PRIVATE KEY-----\n${s}\n-----END EC PRIVATE KEY-----`,
    (s) => ({ [`sk-${s}`]: 1 }),
    (s) => ({ [`https://u:${s}@host`]: 1 }),
    (s) => Symbol(`token=${s}`),
    (s) => [[[[[[{ secretKey: s }]]]]]],
    (s) => ({ rawHeaders: ['Authorization', `Bearer ${s}`] }),
    (s) => new Proxy({ password: s }, {}),
    (s) => `${'x'.repeat(65_500)} password=${s}`,
  ];

  it('come out nowhere', () => {
    expect(places.length).toBeGreaterThanOrEqual(50);
    places.forEach((place, index) => {
      const secret = plant();
      const made = everything(place(secret));
      if (made.includes(secret.slice(0, 12)))
        throw new Error(`place ${index}: ${String(place)} gave ${made.slice(0, 2_000)}`);
    });
    for (const key of ['password', 'userApiKey']) {
      const secret = plant();
      expect(everything(secret, key).replaceAll(/"(?:message|stack|cause)":"[^"]*"/g, '')).not.toContain(secret);
    }
  });

  it('are kept where masking is off', () => {
    const off = capture(false);
    const secret = `sk-${plant()}`;
    expect(everything({ password: secret }, 'value', off)).toContain(secret);
  });
});

describe('options', () => {
  it('adds names and patterns, changes the replacement, leaves the built-in list out', () => {
    const own = capture({ keys: ['employeeId', /^internal_/], patterns: [/EMP-\d+/], replace: '***' });
    expect(
      snapshot({ employee_id: 1, EmployeeID: 2, internal_x: 3, note: 'EMP-1 and EMP-22', password: 'p' }, own),
    ).toEqual({
      employee_id: '***',
      EmployeeID: '***',
      internal_x: '***',
      note: '*** and ***',
      password: '***',
    });
    expect(own.redactor.text('employee_id=77&x=1')).toBe('employee_id=***&x=1');
    const bare = capture({ keys: ['employeeId'], defaults: false });
    expect(snapshot({ employeeId: 1, password: 'p', t: 'Bearer abcdefgh12345678' }, bare)).toEqual({
      employeeId: '[REDACTED]',
      password: 'p',
      t: 'Bearer abcdefgh12345678',
    });
  });

  it('asks the hook for every value and masks the field where it fails', () => {
    const paths: string[] = [];
    const hooked = capture({
      hook: (value, path) => {
        paths.push(path);
        if (path.endsWith('.throws')) throw new Error('hook');
        if (path.endsWith('.nothing')) return undefined;
        if (path.endsWith('.later')) return Promise.resolve('x');
        return path.endsWith('.name') ? 'A.' : value;
      },
    });
    expect(
      snapshot({ user: { name: 'Ann', throws: 1, nothing: 2, later: 3, age: 4 }, list: ['a'] }, hooked, 'inputs'),
    ).toEqual({
      user: { name: 'A.', throws: '[REDACTED]', nothing: '[REDACTED]', later: '[REDACTED]', age: 4 },
      list: ['a'],
    });
    expect(paths).toEqual([
      'inputs',
      'inputs.user',
      'inputs.user.name',
      'inputs.user.throws',
      'inputs.user.nothing',
      'inputs.user.later',
      'inputs.user.age',
      'inputs.list',
      'inputs.list.0',
    ]);
    expect(captureValue(true, 'flag', capture({ hook: () => 'off' }))).toBe('off');
  });

  it('masks sensitive paths', () => {
    const user = { name: 'Ann', ssn: '1', cards: [{ pan: '2', bank: 'b' }] };
    expect(JSON.parse(captureValue(user, 'user', context, ['ssn', 'cards.pan']) as string)).toEqual({
      name: 'Ann',
      ssn: '[REDACTED]',
      cards: [{ pan: '[REDACTED]', bank: 'b' }],
    });
    expect(captureValue(user, 'user', context, ['user.name', 'cards.0.bank'])).toContain('"name":"[REDACTED]"');
    expect(captureValue(user, 'user', context, ['user'])).toBe('[REDACTED]');
  });

  it('masks sensitive paths and secret names where entries are pairs', () => {
    const entries = new Map<unknown, unknown>([
      ['zip', 'Z1'],
      ['address', { zip: 'Z2', city: 'Ulm' }],
      [{ id: 1 }, { token: 'T1', count: 1 }],
      [1, 'one'],
      ['1', 'text'],
      ['gone', undefined],
      ['password', null],
    ]);
    const masked = [
      ['zip', '[REDACTED]'],
      ['address', { zip: '[REDACTED]', city: 'Ulm' }],
      [{ id: 1 }, { token: '[REDACTED]', count: 1 }],
      [1, 'one'],
      ['1', 'text'],
      ['gone', null],
      ['password', null],
    ];
    expect(JSON.parse(captureValue(entries, 'user', context, ['zip', 'address.zip']) as string)).toEqual(masked);
    const asked: string[] = [];
    const hooked = capture({
      hook: (value, path) => {
        asked.push(path);
        return value;
      },
    });
    captureValue(new URLSearchParams('scope=a&scope=b&token=c'), 'query', hooked);
    expect(asked).toEqual(['query', 'query.scope', 'query.scope']);
  });

  it('takes two texts for a name and its value only in a list of such', () => {
    const pairs = [
      ['x-api-key', 'K'],
      ['accept', 'K'],
      ['token', 1],
      ['token', 'a', 'b'],
    ];
    expect(captureValue(pairs, 'pairs', context)).toBe(
      '[["x-api-key","[REDACTED]"],["accept","K"],["token",1],["token","a","b"]]',
    );
    expect(captureValue(['password', 'email'], 'columns', context)).toBe('["password","email"]');
    expect(captureValue({ columns: ['password', 'email'] }, 'query', context)).toBe('{"columns":["password","email"]}');
    expect(captureValue(pairs, 'pairs', capture(false))).toContain('["x-api-key","K"]');
  });
});
