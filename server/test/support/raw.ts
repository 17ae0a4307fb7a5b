import { connect, type Socket } from 'node:net';

/** What a server answers to bytes on a connection, until it closes it or `ms` have passed. */
export function raw(
  url: string,
  write: (socket: Socket) => void,
  ms = 3000,
): Promise<{ text: string; closed: boolean; afterMs: number }> {
  const { hostname, port } = new URL(url);
  const from = performance.now();
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname, () => write(socket));
    const chunks: Buffer[] = [];
    const end = (closed: boolean): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ text: Buffer.concat(chunks).toString('latin1'), closed, afterMs: performance.now() - from });
    };
    const timer = setTimeout(() => end(false), ms);
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.on('close', () => end(true));
    socket.on('error', () => undefined);
  });
}

/** The status lines in what came back, in order. */
export const statuses = (text: string): number[] =>
  [...text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => Number(status));
