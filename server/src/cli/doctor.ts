import type { StoreStats } from '../store/trace-store.js';
import { type Command, say } from './command.js';
import { counted, printable } from './sizes.js';

interface Report {
  accepted: number;
  lastAccepted: number | null;
  recent: { time: number; method: string; path: string; status: number; problem?: string }[];
  advice: string[];
}

export const doctor: Command = {
  run: async (open, _args, flags) => {
    const source = await open();
    if (source.url === undefined) {
      const found = (await source.get('/api/stats')) as StoreStats;
      const advice = [
        `this is what ${source.name} holds; why nothing arrives a running server knows: start it with 'honeyhive-local serve --db ${source.name}', run the program again, then ask 'honeyhive-local doctor'`,
      ];
      say(
        flags.json
          ? JSON.stringify({ db: source.name, stats: found, advice })
          : [`${source.name}: ${counted(found.sessions, 'session')}, ${counted(found.spans, 'span')}`, ...advice].join(
              '\n',
            ),
      );
      return;
    }
    const report = (await source.get('/api/doctor')) as Report;
    if (flags.json) {
      say(JSON.stringify({ url: source.url, ...report }));
      return;
    }
    say(
      `${source.url} answers; ${counted(report.accepted, 'request')} accepted${report.lastAccepted === null ? '' : `, the last at ${new Date(report.lastAccepted).toISOString()}`}`,
    );
    for (const seen of report.recent.slice(0, 10))
      say(
        `  ${new Date(seen.time).toISOString()} ${seen.method} ${printable(seen.path)} ${seen.status} ${printable(seen.problem ?? '')}`,
      );
    for (const line of report.advice) say(printable(line));
  },
};
