import { get } from 'node:http';

export interface Listener {
  /** The next event of that name, now or when it comes. */
  next(event: string): Promise<any>;
  /** How many have come that nobody has asked for yet. */
  readonly waiting: number;
  end(): void;
}

/** Listens to `/api/live`. */
export function listen(url: string, search = '', headers: Record<string, string> = {}): Promise<Listener> {
  return new Promise((resolve, reject) => {
    const outgoing = get(`${url}/api/live${search}`, { headers, agent: false }, (response) => {
      const events: { event: string; data: any }[] = [];
      let text = '';
      let wake = (): void => undefined;
      response.on('data', (chunk: Buffer) => {
        text += chunk.toString();
        for (let end = text.indexOf('\n\n'); end !== -1; end = text.indexOf('\n\n')) {
          const event = /^event: (.*)$/m.exec(text.slice(0, end))?.[1];
          const data = /^data: (.*)$/m.exec(text.slice(0, end))?.[1];
          if (event && data) events.push({ event, data: JSON.parse(data) });
          text = text.slice(end + 2);
        }
        wake();
      });
      resolve({
        end: () => response.destroy(),
        get waiting() {
          return events.length;
        },
        async next(event) {
          for (;;) {
            const at = events.findIndex((one) => one.event === event);
            if (at !== -1) return events.splice(at, 1)[0]?.data;
            await new Promise<void>((done) => {
              wake = done;
            });
          }
        },
      });
    });
    outgoing.on('error', reject);
  });
}
