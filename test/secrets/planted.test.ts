import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { gunzipSync } from 'node:zlib';
import { context, type trace as otel, propagation } from '@opentelemetry/api';
import {
  defineEvaluator,
  Evaluate,
  enrichSession,
  enrichSpan,
  getLogger,
  HoneyHiveTracer,
  Sensitive,
  Trace,
  type TracerOptions,
  withAttributes,
  withSession,
} from 'honeyhive-decorators';
import { freePort } from '../support/rest-receiver.js';
import { startWire } from '../wire/support.js';

const REMOTE_TRACE = '00-12345678901234567890123456789012-1234567890123456-01';
let planted = 0;
/** A text found nowhere else, of the kind that only a key's name gives away. */
const unique = (): string => `zq${String(++planted).padStart(3, '0')}-plain-looking-words`;
/** One that its own shape gives away. */
const keyShaped = (): string => `sk-proj-Zq${String(++planted).padStart(3, '0')}AbCdEfGhIjKlMnOp0123`;
const fail = (error: unknown): never => {
  throw error;
};

class Vault {
  @Trace()
  login(_user: string, password: string): number {
    return password.length;
  }
  @Trace({ sensitive: ['answer', 'profile.motto'] })
  recall(answer: string, profile: object): boolean {
    return answer !== '' && profile !== null;
  }
  @Trace()
  marked(@Sensitive note: string): number {
    return note.length;
  }
  @Trace({ includeInputs: false, includeOutputs: false })
  hidden(value: string): string {
    return value;
  }
  @Trace()
  give(value: unknown): unknown {
    return { value };
  }
  @Trace()
  async giveLater(value: unknown): Promise<unknown> {
    return [value];
  }
  @Trace({ includeInputs: false })
  async rejecting(text: string): Promise<never> {
    throw new Error(text);
  }
  @Trace()
  *stream(values: string[]): Generator<string> {
    yield* values;
  }
  @Trace()
  throwing(error: unknown): never {
    throw error;
  }
  @Trace({ captureInputs: ([value]) => value, captureOutput: (output: unknown) => ({ output }) })
  summarised(value: unknown): unknown {
    return value;
  }
}
const vault = new Vault();

/** Runs what throws: the error belongs to the program, which may print it. */
function attempt(work: () => unknown): void {
  try {
    work();
  } catch {
    // The program's own.
  }
}

/** Each takes a secret and puts it where programs do. */
type Place = readonly [
  what: string,
  secret: string,
  plant: (secret: string, tracer: HoneyHiveTracer, options: TracerOptions) => unknown,
];

const log: string[] = [];
const logger = getLogger('vault', {
  spanEvents: true,
  destination: new Writable({ write: (chunk, _encoding, done) => done(void log.push(String(chunk)) as never) }),
});

const places: Place[] = [
  ['an argument called password', unique(), (s) => vault.login('ada', s)],
  ['a key-shaped argument', keyShaped(), (s) => vault.give(s)],
  ['inside an object among the arguments', unique(), (s) => vault.give({ deep: [{ apiKey: s }] })],
  ['inside JSON text among the arguments', unique(), (s) => vault.give(JSON.stringify({ headers: { cookie: s } }))],
  ['an argument named by the sensitive option', unique(), (s) => vault.recall(s, {})],
  ['a path named by the sensitive option', unique(), (s) => vault.recall('x', { motto: s })],
  ['an argument marked @Sensitive', unique(), (s) => vault.marked(s)],
  ['inputs and outputs that are not included', unique(), (s) => vault.hidden(s)],
  ['a result', unique(), (s) => vault.give({ access_token: s })],
  ['a promised result', unique(), (s) => vault.giveLater({ clientSecret: s })],
  ['a chunk of a stream', keyShaped(), (s) => [...vault.stream(['a', s])]],
  ['a summary of inputs and output', unique(), (s) => vault.summarised({ refreshToken: s })],
  ['an error message', unique(), (s) => attempt(() => vault.throwing(new Error(`password=${s}`)))],
  ['the cause of an error', keyShaped(), (s) => attempt(() => vault.throwing(new Error('x', { cause: new Error(s) })))],
  ['a thrown text', keyShaped(), (s) => attempt(() => vault.throwing(`no access with ${s}`))],
  ['a thrown object', unique(), (s) => attempt(() => vault.throwing({ token: s }))],
  [
    'the name of an error',
    keyShaped(),
    (s) => attempt(() => vault.throwing(Object.assign(new Error('x'), { name: s }))),
  ],
  ['a rejection', keyShaped(), (s) => vault.rejecting(s).catch(() => undefined)],
  ['an address with a password', unique(), (s) => vault.give(`postgres://admin:${s}@db/shop`)],
  ['an address with a token', unique(), (s) => vault.give(new URL(`https://host/path?access_token=${s}&q=1`))],
  ['headers', unique(), (s) => vault.give(new Headers({ authorization: `Bearer ${s}`, 'x-api-key': s }))],
  ['raw headers', unique(), (s) => vault.give(['Authorization', `Bearer ${s.replaceAll('-', '')}0`].join(': '))],
  ['a private key', unique(), (s) => vault.give(`-----BEGIN PRIVATE KEY-----\n${s}\n-----END PRIVATE KEY-----`)],
  ['a key that is a secret itself', keyShaped(), (s) => vault.give({ [s]: 1 })],
  ['metadata of a span', unique(), (s, t) => t.trace('e', () => enrichSpan({ password: s }))],
  ['a namespace of a span', unique(), (s, t) => t.trace('e', () => enrichSpan({ config: { api_key: s } }))],
  ['an error given to enrichSpan', keyShaped(), (s, t) => t.trace('e', () => enrichSpan({ error: new Error(s) }))],
  ['the data of another event', unique(), (s) => enrichSpan({ eventId: 'other', feedback: { secret: s } })],
  ['the error of another event', keyShaped(), (s) => enrichSpan({ eventId: 'other', error: s })],
  ['session data', unique(), () => undefined],
  ['nested session data', unique(), (s) => enrichSession({ config: { db: { connectionString: s } } })],
  ['session outputs as text', keyShaped(), (s) => enrichSession({ outputs: s })],
  ['the data of a new session', unique(), (s) => withSession({ metadata: { sessionToken: s } }, () => undefined)],
  [
    'the name of a new session',
    keyShaped(),
    (s, t) => withSession({ sessionName: s }, () => t.trace('named', () => 1)),
  ],
  ['the name of a session that spans speak of', keyShaped(), (s, _t, options) => bySpans(s, options)],
  ['the user of a session', unique(), (s) => withSession({ userProperties: { passcode: s } }, () => undefined)],
  [
    'withAttributes: metadata',
    unique(),
    (s, t) => withAttributes({ metadata: { jwt: s } }, () => t.trace('a', () => 1)),
  ],
  [
    'withAttributes: raw',
    unique(),
    (s, t) => withAttributes({ attributes: { apiKey: s } }, () => t.trace('a', () => 1)),
  ],
  ['withAttributes: tags', keyShaped(), (s, t) => withAttributes({ tags: [s] }, () => t.trace('a', () => 1))],
  [
    'withAttributes: prompt variables',
    unique(),
    (s, t) => withAttributes({ promptTemplate: { variables: { password: s } } }, () => t.trace('a', () => 1)),
  ],
  [
    'a span attribute of a library',
    unique(),
    (s, t) => lib(t).setAttribute('http.request.header.authorization', s).end(),
  ],
  ['a list among them', keyShaped(), (s, t) => lib(t).setAttribute('args', ['a', s]).end()],
  ['a span event of a library', unique(), (s, t) => lib(t).addEvent('sent', { apiKey: s }).end()],
  ['an exception of a library', keyShaped(), (s, t) => lib(t, (span) => span.recordException(new Error(s))).end()],
  ['a status of a library', keyShaped(), (s, t) => lib(t).setStatus({ code: 2, message: s }).end()],
  ['the name of a span', keyShaped(), (s, t) => t.trace(`GET https://u:${s}@host/`, () => 1)],
  [
    'baggage',
    unique(),
    (s, t) =>
      context.with(
        propagation.setBaggage(context.active(), propagation.createBaggage({ password: { value: s } })),
        () => t.trace('b', () => 1),
      ),
  ],
  [
    'baggage of a request',
    unique(),
    (s, t) => t.withRemoteContext({ traceparent: REMOTE_TRACE, baggage: `api_key=${s}` }, () => t.trace('r', () => 1)),
  ],
  ['a log field', unique(), (s, t) => t.trace('l', () => logger.info('sent', { headers: { authorization: s } }))],
  ['a log message', unique(), (s, t) => t.trace('l', () => logger.warn(`retrying with password=${s}`))],
  ['a logged error', keyShaped(), (s, t) => t.trace('l', () => logger.exception(new Error(s)))],
  ['a binding of a child logger', unique(), (s) => logger.child({ token: s }).info('x')],
  ['an option of the tracer', unique(), () => undefined],
  ['what an evaluator says', keyShaped(), (s, t) => judged(t, () => ({ score: 1, explanation: `used ${s}` }))],
  ['a metric of an evaluator', keyShaped(), (s, t) => judged(t, () => ({ score: 1, seen: s }))],
  ['what an evaluator throws', keyShaped(), (s, t) => judged(t, () => fail(new Error(`401 for ${s}`)))],
  ['what an evaluator calls it', keyShaped(), (s, t) => judged(t, () => s)],
  ['the key of the tracer', keyShaped(), () => undefined],
  ['a key of the environment', keyShaped(), () => undefined],
];

function lib(
  tracer: HoneyHiveTracer,
  before: (span: ReturnType<typeof otel.getActiveSpan> & object) => void = () => undefined,
) {
  const span = tracer.provider.getTracer('library').startSpan('library');
  before(span);
  return span;
}

function judged(tracer: HoneyHiveTracer, evaluate: () => unknown): void {
  class Judged {
    @Evaluate({ tracer: () => tracer, evaluator: defineEvaluator('planted', evaluate as () => number) })
    run(): string {
      return 'out';
    }
  }
  new Judged().run();
}

async function bySpans(sessionName: string, options: TracerOptions): Promise<void> {
  const tracer = HoneyHiveTracer.init({ ...options, sessionApi: false, sessionName });
  tracer.trace('by spans', () => 1);
  await tracer.close({ timeoutMs: 100 });
}

const secretOf = (what: string): string => places.find(([name]) => name === what)?.[1] as string;

/** Every gzip stream in a file, besides its bytes as they are. */
function textsOf(bytes: Buffer): string[] {
  const texts = [bytes.toString('latin1')];
  for (let at = bytes.indexOf('1f8b08', 0, 'hex'); at >= 0; at = bytes.indexOf('1f8b08', at + 1, 'hex')) {
    try {
      texts.push(gunzipSync(bytes.subarray(at), { finishFlush: 2 }).toString('latin1'));
    } catch {
      // Bytes that only look like the start of one.
    }
  }
  return texts;
}

const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

it('fifty planted secrets come out nowhere: requests, spool, log lines, warnings, errors', async () => {
  expect(places.length).toBeGreaterThanOrEqual(50);
  const out = { stderr: '', stdout: '' };
  for (const name of ['stderr', 'stdout'] as const) {
    jest.spyOn(process[name], 'write').mockImplementation((text) => (out[name] += String(text)).length > 0);
  }
  const spool = mkdtempSync(join(tmpdir(), 'honeyhive-secrets-'));
  const port = await freePort();
  const options = {
    serverUrl: `http://127.0.0.1:${port}`,
    apiKey: secretOf('the key of the tracer'),
    otlpHeaders: { 'x-api-key': secretOf('a key of the environment') },
    spool,
    verbose: true,
    global: false,
    handleExit: false,
    metadata: { cookie: secretOf('an option of the tracer') },
    inputs: { password: secretOf('session data') },
  };
  const tracer = HoneyHiveTracer.init(options);
  for (const [, secret, plant] of places) await plant(secret, tracer, options);
  const wrong: unknown[] = [
    () => HoneyHiveTracer.init({ ...options, serverUrl: `ftp://u:${secretOf('a log message')}@host` }),
    () => HoneyHiveTracer.init({ ...options, apiKey: { key: options.apiKey } as never }),
    () => HoneyHiveTracer.init({ ...options, otlpHeaders: [options.apiKey] as never }),
  ].map((init) => {
    try {
      return init();
    } catch (error) {
      return String((error as Error).stack) + JSON.stringify(error);
    }
  });
  const first = await tracer.close({ timeoutMs: 300 });
  expect(first).toMatchObject({ delivered: 0, dropped: { count: 0 } });
  expect(first.spooled).toBeGreaterThan(places.length / 2);
  const spooled = filesIn(spool).flatMap((file) => textsOf(readFileSync(file)));
  expect(spooled.join('\n')).toContain('Vault.login');

  // The next start sends what the spool holds.
  const wire = await startWire(port);
  const next = HoneyHiveTracer.init(options);
  expect((await next.close({ timeoutMs: 8_000 })).pending).toBe(0);
  jest.restoreAllMocks();
  const sent = wire.receiver.requests.map(({ path, body, headers }) => {
    const { authorization: _, 'x-api-key': __, ...rest } = headers;
    return `${path} ${JSON.stringify(rest)} ${body.toString('utf8')}`;
  });
  expect(wire.spans().map(({ name }) => name)).toEqual(
    expect.arrayContaining(['Vault.login', 'library', 'Judged.run', 'by spans']),
  );
  expect(wire.receiver.requests.some(({ headers }) => headers.authorization === `Bearer ${options.apiKey}`)).toBe(true);
  await wire.close();
  rmSync(spool, { recursive: true, force: true });

  const sinks: Record<string, readonly string[]> = {
    'a request': sent,
    'the spool': spooled,
    'a log line': log,
    'standard error': [out.stderr],
    'standard output': [out.stdout],
    'an error': wrong.map(String),
  };
  expect(log).toHaveLength(4);
  expect(wrong.every((error) => String(error).includes('HoneyHiveTracer.init'))).toBe(true);
  const leaks = places.flatMap(([what, secret]) =>
    Object.entries(sinks)
      .filter(([, texts]) => texts.some((text) => text.includes(secret)))
      .map(([sink]) => `${what} is in ${sink}`),
  );
  expect(leaks).toEqual([]);
}, 30_000);
