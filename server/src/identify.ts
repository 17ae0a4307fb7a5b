import { request } from 'node:http';

/** What listens on that port says of itself, well or not, if it speaks our protocol. */
export function identify(host: string, port: number): Promise<Record<string, unknown> | undefined> {
  return new Promise((resolve) => {
    const probe = request({ host, port, path: '/healthz', timeout: 1000, agent: false }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => {
        text += chunk.toString();
        if (text.length > 10_000) response.destroy();
      });
      response.on('close', () => {
        try {
          resolve(JSON.parse(text) as Record<string, unknown>);
        } catch {
          resolve(undefined);
        }
      });
    });
    probe.on('timeout', () => probe.destroy());
    probe.on('error', () => resolve(undefined));
    probe.end();
  });
}
