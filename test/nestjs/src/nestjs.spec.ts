import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import type { INestApplication } from '@nestjs/common';
import { HoneyHiveTracer, Trace } from 'honeyhive-decorators';
import { startApp } from './app.js';

type Ask = [path: string, options?: RequestInit];

const json = (body: unknown): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

/** Requests whose answers must not depend on tracing, and the span that each leaves. */
const asks: Record<string, { ask: Ask; span?: string; failed?: boolean }> = {
  'handler traced above its route': { ask: ['/api/above/7?q=%20text%20'], span: 'Api.above' },
  'parameter pipe refuses': { ask: ['/api/above/seven'] },
  'traced pipe refuses': { ask: ['/api/above/7?q=bad'], span: 'Trim.transform', failed: true },
  'handler traced below its route, custom parameter': {
    ask: ['/api/below/8', { headers: { 'x-user': 'ann' } }],
    span: 'Greeter.greet',
  },
  'guard, traced above: refused': { ask: ['/api/secret-above'], span: 'RolesGuard.canActivate' },
  'guard, traced above: let in': {
    ask: ['/api/secret-above', { headers: { 'x-role': 'admin' } }],
    span: 'Api.secretAbove',
  },
  'guard, traced below: refused': { ask: ['/api/secret-below'], span: 'RolesGuard.canActivate' },
  'guard, traced below: let in': {
    ask: ['/api/secret-below', { headers: { 'x-role': 'admin' } }],
    span: 'Api.secretBelow',
  },
  'validated body': { ask: ['/api/sign-up', json({ email: 'a@b.example', age: '20', extra: 1 })], span: 'Api.signUp' },
  'body refused': { ask: ['/api/sign-up', json({ email: 'nobody', age: 3 })] },
  'validated body, traced below': {
    ask: ['/api/sign-up-below', json({ email: 'a@b.example', age: 20 })],
    span: 'Api.signUpBelow',
  },
  'body refused, traced below': { ask: ['/api/sign-up-below', json({ email: 'a@b.example', age: 20, extra: 1 })] },
  'interceptor and a request-scoped service': { ask: ['/api/wrapped'], span: 'Envelope.intercept' },
  'traced class': { ask: ['/api/wrapped'], span: 'Counter.next' },
  'observable handler': { ask: ['/api/observable'], span: 'Api.observable' },
  'server-sent events': { ask: ['/api/events'], span: 'Api.events' },
  'server-sent events, promised': { ask: ['/api/events-below'], span: 'Api.eventsBelow' },
  'exception filter': { ask: ['/api/teapot'], span: 'Api.teapot', failed: true },
  'http exception': { ask: ['/api/fails'], span: 'Api.fails', failed: true },
  'unexpected error': { ask: ['/api/crash'], span: 'Api.crash', failed: true },
  redirect: { ask: ['/api/old', { redirect: 'manual' }], span: 'Api.old' },
  'streamed file': { ask: ['/api/file'], span: 'Api.file' },
  'response by hand': { ask: ['/api/by-hand'], span: 'Api.byHand' },
  'unknown route': { ask: ['/api/nothing'] },
};

/** Headers that say when, not what. */
const CHANGING = new Set(['date', 'connection', 'keep-alive', 'etag']);

async function answer(url: string, [path, options]: Ask): Promise<unknown> {
  const response = await fetch(url + path, options);
  const headers = [...response.headers].filter(([name]) => !CHANGING.has(name));
  return { status: response.status, headers, body: await response.text() };
}

describe('NestJS', () => {
  let plain: { app: INestApplication; url: string };
  let traced: { app: INestApplication; url: string };
  let tracer: HoneyHiveTracer;
  before(async () => {
    tracer = HoneyHiveTracer.init({ testMode: true });
    plain = await startApp(() => undefined, false);
    traced = await startApp(Trace as MethodDecorator, true);
  });
  after(async () => {
    await Promise.all([plain.app.close(), traced.app.close()]);
    await tracer.close();
  });

  it('runs life-cycle hooks once, traced', () => {
    assert.equal(tracer.testSpans?.filter((span) => span.name === 'Greeter.onModuleInit').length, 1);
  });

  for (const [name, { ask, span, failed = false }] of Object.entries(asks)) {
    it(name, async () => {
      const expected = await answer(plain.url, ask);
      const known = tracer.testSpans?.length ?? 0;
      assert.deepEqual(await answer(traced.url, ask), expected);
      if (span === undefined) return;
      const found = () => tracer.testSpans?.slice(known).filter((one) => one.name === span) ?? [];
      for (let i = 0; i < 100 && found().length === 0; i++) await wait(10);
      assert.ok(found().length > 0, `no span ${span}, only ${tracer.testSpans?.slice(known).map((one) => one.name)}`);
      for (const one of found()) assert.equal(one.status.code === 2, failed);
    });
  }

  it('keeps the span of server-sent events open until the last event', () => {
    const events = tracer.testSpans?.find((one) => one.name === 'Api.events');
    assert.equal(events?.attributes['honeyhive_outputs.chunks'], 3);
  });
});
