/** The server calls nobody: a process in which every outgoing connection is fatal takes all that could tempt it. */
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { client, folder, inSession, span, traces } from '../support/local';
import { runLocal } from '../support/run-local';

const NO_CALLS = { NODE_OPTIONS: `--require ${join(__dirname, 'no-calls.cjs')}` };

test('addresses in every place a body has: kept as text, never called', async () => {
  // Whoever called would be noticed here too, whatever the way.
  let called = 0;
  const trap = createServer((socket) => {
    called++;
    socket.destroy();
  });
  await new Promise<void>((resolve) => trap.listen(0, '127.0.0.1', resolve));
  const { port } = trap.address() as { port: number };
  const urls = [
    `http://127.0.0.1:${port}/a`,
    `http://[::ffff:127.0.0.1]:${port}/b`,
    'http://169.254.169.254/latest/meta-data/',
    'http://no-such-host.invalid/',
    'file:///etc/passwd',
    'gopher://127.0.0.1:1/_x',
  ];
  const running = await runLocal(['--port', '0', '--db', join(folder(), 'traces.db')], NO_CALLS);
  const call = client(running.url);
  const sessionId = randomUUID();
  for (const url of urls) {
    const one = span({
      name: url,
      attributes: inSession(sessionId, {
        'honeyhive_inputs.image_url': url,
        'honeyhive_config.base_url': url,
        'http.url': url,
        'gen_ai.input.messages': JSON.stringify([
          { role: 'user', content: [{ type: 'image_url', image_url: { url } }] },
        ]),
      }),
    });
    const sent = await Promise.all([
      call('POST', '/v1/traces', traces([one], { 'service.name': url, 'schema.url': url })),
      call('POST', '/session/start', { session: { session_id: sessionId, webhook: url, metadata: { url } } }),
      call('POST', '/v1/events', {
        session_id: sessionId,
        event_type: 'model',
        inputs: { url },
        config: { base_url: url },
      }),
      call('POST', '/v1/metrics', { name: url, type: 'webhook', url, webhook: url, base_url: url }),
      call('POST', '/v1/datasets', { name: url, url, source: url }),
      call('POST', '/v1/configurations', { name: 'c', provider: 'openai', parameters: { base_url: url } }),
      call('POST', '/v1/runs', { name: url, webhook: url }),
      call('POST', '/api/import', { url }),
    ]);
    expect(sent.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200, 200, 400]);
    for (const path of [
      `/api/proxy?url=${url}`,
      `/${url}`,
      `/assets/${url}`,
      `/api/sessions?q=${encodeURIComponent(`"${url}"`)}`,
    ])
      expect((await call('GET', path)).status).toBeLessThan(500);
    expect((await call('GET', `/api/spans/${one.traceId}/${one.spanId}`)).json.name).toBe(url);
  }
  for (const header of ['x-forwarded-host', 'referer', 'x-original-url', 'forwarded'])
    await call('GET', '/api/sessions', undefined, { [header]: `http://127.0.0.1:${port}/${header}` });
  running.child.kill('SIGTERM');
  expect(await running.ended).toEqual({ code: 0, signal: null });
  expect(running.stderr()).toBe('');
  expect(called).toBe(0);
  trap.close();
});

test('the one thing it may ask is who has its port, on its own machine; the watch sees that', async () => {
  const other = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const { port } = other.address() as { port: number };
  const args = ['--port', String(port), '--db', join(folder(), 'traces.db')];
  await expect(runLocal(args, NO_CALLS)).rejects.toThrow('ended with 66: forbidden: connect');
  other.close();
});
