import type { AddressInfo } from 'node:net';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** What happens to the connections that are made through the proxy. */
export type Fault =
  | { kind: 'none' }
  /** Connections are refused: nobody listens. */
  | { kind: 'refuse' }
  /** Accepted, and nothing ever happens. */
  | { kind: 'hang' }
  /** Everything arrives that much later. */
  | { kind: 'delay'; ms: number }
  /** The answer comes one byte at a time. */
  | { kind: 'drip'; ms: number }
  /** The connection is reset after so many bytes of the answer; 0: before any. */
  | { kind: 'reset'; afterBytes: number }
  /** The answer breaks off after so many bytes, with a clean end. */
  | { kind: 'truncate'; afterBytes: number }
  /** A fixed answer, once the request has arrived. */
  | { kind: 'answer'; raw: string | Buffer };

export interface FaultProxy {
  readonly port: number;
  readonly url: string;
  readonly seed: number;
  /** Connections made so far. */
  readonly connections: number;
  set(fault: Fault): Promise<void>;
  /** One of these, by the seed. */
  pick<T>(from: readonly T[]): T;
  /** A whole number from 0 up to `below`, by the seed. */
  random(below: number): number;
  close(): Promise<void>;
}

/** A TCP proxy that can misbehave in the ways networks do. The seed decides whatever is left to chance. */
export async function startFaultProxy(
  targetPort: number,
  seed = Math.floor(Math.random() * 2 ** 31),
): Promise<FaultProxy> {
  let fault: Fault = { kind: 'none' };
  let connections = 0;
  let state = seed;
  const sockets = new Set<Socket>();

  function random(below: number): number {
    // The generator of Park and Miller: small, and the same everywhere.
    state = (state * 48_271) % 2_147_483_647 || 1;
    return state % below;
  }

  const server: Server = createServer((client) => {
    connections += 1;
    track(client);
    serve(client, fault);
  });

  function track(socket: Socket): void {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  }

  function serve(client: Socket, now: Fault): void {
    if (now.kind === 'hang') {
      client.resume();
      return;
    }
    if (now.kind === 'answer') {
      answerOnce(client, now.raw);
      return;
    }
    const upstream = connect(targetPort, '127.0.0.1');
    track(upstream);
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => {
      if (now.kind !== 'drip') client.end();
    });
    if (now.kind === 'delay') {
      client.on('data', (chunk) => setTimeout(() => upstream.write(chunk), now.ms));
      upstream.pipe(client);
      return;
    }
    client.pipe(upstream);
    let passed = 0;
    upstream.on('data', (chunk: Buffer) => {
      if (now.kind === 'drip') void drip(client, chunk, now.ms);
      else if (now.kind === 'reset' || now.kind === 'truncate') {
        client.write(chunk.subarray(0, Math.max(0, now.afterBytes - passed)));
        passed += chunk.length;
        if (passed < now.afterBytes) return;
        if (now.kind === 'reset') client.resetAndDestroy();
        else client.end();
      } else client.write(chunk);
    });
  }

  async function drip(client: Socket, chunk: Buffer, ms: number): Promise<void> {
    for (const byte of chunk) {
      if (client.destroyed) return;
      client.write(Buffer.from([byte]));
      await new Promise((resolve) => setTimeout(resolve, ms).unref());
    }
  }

  function answerOnce(client: Socket, raw: string | Buffer): void {
    let seen = '';
    client.on('data', (chunk: Buffer) => {
      seen += chunk.toString('latin1');
      const end = seen.indexOf('\r\n\r\n');
      const length = Number(/content-length: (\d+)/i.exec(seen)?.[1] ?? 0);
      if (end < 0 || seen.length < end + 4 + length) return;
      seen = '';
      client.write(raw);
    });
  }

  const listen = (port: number) => new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const stop = () =>
    new Promise<void>((resolve) => {
      for (const socket of sockets) socket.destroy();
      server.close(() => resolve());
    });
  await listen(0);
  const { port } = server.address() as AddressInfo;

  return {
    port,
    url: `http://127.0.0.1:${port}`,
    seed,
    get connections() {
      return connections;
    },
    random,
    pick: (from) => from[random(from.length)] as (typeof from)[number],
    async set(next) {
      const wasRefusing = fault.kind === 'refuse';
      fault = next;
      // Kept connections would live on with the old manners.
      for (const socket of sockets) socket.destroy();
      if (next.kind === 'refuse' && !wasRefusing) await stop();
      if (next.kind !== 'refuse' && wasRefusing) await listen(port);
    },
    close: () => (fault.kind === 'refuse' ? Promise.resolve() : stop()),
  };
}
