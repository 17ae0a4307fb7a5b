import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import { HoneyHiveTracer } from 'honeyhive-decorators';

let server: http.Server;
let answers: boolean;
let requests: string[];
beforeEach(async () => {
  answers = true;
  requests = [];
  server = http.createServer((request, response) => {
    requests.push(request.url ?? '');
    request.resume().on('end', () => {
      if (answers) response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const open = (): Promise<number> =>
  new Promise((resolve, reject) => {
    server.getConnections((error, count) => (error === null ? resolve(count) : reject(error)));
  });

const start = (): HoneyHiveTracer =>
  HoneyHiveTracer.init({
    serverUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    global: false,
    handleExit: false,
    live: false,
  });

async function untilNoneIsOpen(): Promise<void> {
  for (const end = performance.now() + 2_000; (await open()) > 0 && performance.now() < end; ) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  expect(await open()).toBe(0);
}

it('a tracer that is closed leaves no connection behind', async () => {
  for (let i = 0; i < 5; i++) {
    const tracer = start();
    tracer.trace('work', () => 1);
    await tracer.enrichSession({ i });
    expect(await open()).toBeGreaterThan(0);
    expect(await tracer.close()).toMatchObject({ delivered: 2, pending: 0, dropped: { count: 0 } });
  }
  await untilNoneIsOpen();
});

it('what is still under way when its time is over is ended, counted, and not tried again', async () => {
  const tracer = start();
  await tracer.ready();
  answers = false;
  void tracer.enrichSession({ never: 'answered' });
  expect(await tracer.close({ timeoutMs: 200 })).toMatchObject({
    pending: 0,
    dropped: { count: 1, reasons: { closed: 1 } },
    timedOut: true,
  });
  await untilNoneIsOpen();
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(requests).toEqual(['/session/start', '/events']);
});
