import { runChild } from '../lib/child.mjs';
import { median, ratio } from '../lib/stats.mjs';

/** What OpenTelemetry's own quick start loads: API, SDK, context manager, exporter. */
const OTEL = ['api', 'context-async-hooks', 'sdk-trace-base', 'exporter-trace-otlp-proto'];

export async function coldStartRows({ rounds }) {
  const rows = [];
  for (const how of ['require', 'import']) {
    const ours = `${how}:honeyhive-decorators`;
    const otel = OTEL.map((name) => `${how}:@opentelemetry/${name}`).join(',');
    const api = `${how}:@opentelemetry/api`;
    const pairs = [];
    for (let count = 0; count < rounds; count += 1) {
      const programs = [ours, otel, api].map((what) => () => runChild('cold-child.mjs', [what]));
      const round = [];
      for (const program of programs) round.push(await program());
      pairs.push(round);
    }
    const at = (index, key) => median(pairs.map((pair) => pair[index][key]));
    const command = `node bench/cold-child.mjs ${how}:honeyhive-decorators`;
    const row = (what, key, unit, budget) => ({
      what: `${how}: ${what} (OpenTelemetry's API alone: ${at(2, key).toFixed(1)} ${unit})`,
      ours: `${at(0, key).toFixed(1)} ${unit}`,
      other: `${at(1, key).toFixed(1)} ${unit}`,
      ratio: ratio(pairs.map(([a, b]) => a[key] / b[key])),
      budget,
      command,
    });
    rows.push(row('time', 'ms', 'ms', '≤ 50 ms'), row('CPU', 'cpuMs', 'ms'), row('memory', 'rssMb', 'MB', '≤ 10 MB'));
    if (how === 'require') rows.push(row('files', 'files', ''));
  }
  const firsts = [];
  for (let count = 0; count < rounds; count += 1)
    firsts.push([await runChild('cold-child.mjs', ['first:ours']), await runChild('cold-child.mjs', ['first:otel'])]);
  for (const [what, key, unit] of [
    ['time', 'ms', 'ms'],
    ['memory', 'rssMb', 'MB'],
  ])
    rows.push({
      what: `require and a first tracer: ${what}`,
      ours: `${median(firsts.map(([ours]) => ours[key])).toFixed(1)} ${unit}`,
      other: `${median(firsts.map(([, otel]) => otel[key])).toFixed(1)} ${unit}`,
      ratio: ratio(firsts.map(([ours, otel]) => ours[key] / otel[key])),
      budget: '',
      command: 'node bench/cold-child.mjs first:ours',
    });
  return rows;
}
