import { endToEnd } from '../end-to-end/run.mjs';
import { median, ratio } from '../lib/stats.mjs';

const PATTERNS = [
  { pattern: 'tight', spans: 100_000, payload: 'small', what: '100k spans in one tick' },
  { pattern: 'yield', spans: 100_000, payload: 'small', what: '100k spans, a turn of the loop every 100' },
  { pattern: 'yield', spans: 20_000, payload: 'llm', what: '20k spans with LLM payload, a turn every 100' },
  { pattern: 'rate', spans: 50_000, payload: 'small', what: '10k spans/s for 5 s, warm' },
  { pattern: 'rate', spans: 50_000, payload: 'llm', what: '10k spans/s for 5 s, warm, LLM payload' },
];
const SUBJECTS = ['none', 'otel', 'otel-gzip', 'otel-stock', 'honeyhive'];

/** Everything from the call to the acknowledged request, against a sink in another process. */
export async function deliveryRows({ rounds }) {
  const rows = [];
  for (const { pattern, spans, payload, what } of PATTERNS) {
    const by = Object.fromEntries(SUBJECTS.map((subject) => [subject, []]));
    for (let round = 0; round < rounds; round += 1) {
      for (const subject of SUBJECTS) by[subject].push(await endToEnd({ subject, spans, pattern, payload }));
    }
    const of = (subject, key) => median(by[subject].map((one) => one[key]));
    const perSpan = (subject) => by[subject].map((one, round) => (one.cpuMs - by.none[round].cpuMs) / spans);
    const mine = perSpan('honeyhive');
    const micro = (values) => `${(median(values) * 1000).toFixed(1)} µs`;
    const command = `npm run bench -- --only delivery`;
    const arrived = (subject) =>
      `${of(subject, 'arrived').toLocaleString('en')} of ${of(subject, 'made').toLocaleString('en')}`;
    rows.push(
      {
        what: `${what}: arrived (right: stock settings)`,
        ours: arrived('honeyhive'),
        other: arrived('otel-stock'),
        ratio: '',
        budget: 'all',
        command,
      },
      {
        what: `${what}: CPU per span (right: a queue that holds all)`,
        ours: micro(mine),
        other: micro(perSpan('otel')),
        ratio: ratio(mine.map((one, i) => one / perSpan('otel')[i])),
        budget: '≤ 1×, then ≤ 0.7×',
        command,
      },
      {
        what: `${what}: CPU per span (right: the same, gzip as ours)`,
        ours: micro(mine),
        other: micro(perSpan('otel-gzip')),
        ratio: ratio(mine.map((one, i) => one / perSpan('otel-gzip')[i])),
        budget: '',
        command,
      },
      {
        what: `${what}: sent`,
        ours: `${(of('honeyhive', 'bytes') / 1e6).toFixed(1)} MB`,
        other: `${(of('otel', 'bytes') / 1e6).toFixed(1)} MB`,
        ratio: '',
        budget: '',
        command,
      },
      {
        what: `${what}: peak memory`,
        ours: `${of('honeyhive', 'rssMb').toFixed(0)} MB`,
        other: `${of('otel', 'rssMb').toFixed(0)} MB`,
        ratio: '',
        budget: '',
        command,
      },
    );
    if (pattern !== 'tight') {
      const delay = (subject) =>
        `${of(subject, 'delayMaxMs').toFixed(1)} ms (p99 ${of(subject, 'delayP99Ms').toFixed(1)})`;
      rows.push({
        what: `${what}: longest event-loop delay (no tracing: ${delay('none')})`,
        ours: delay('honeyhive'),
        other: delay('otel'),
        ratio: '',
        budget: pattern === 'rate' ? '≤ 20 ms' : '',
        command,
      });
    }
  }
  return rows;
}
