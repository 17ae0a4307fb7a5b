import { fileURLToPath } from 'node:url';
import { runChild } from '../lib/child.mjs';
import { median, ratio } from '../lib/stats.mjs';

const OURS = {
  require: fileURLToPath(new URL('../../dist/cjs/index.js', import.meta.url)),
  import: new URL('../../dist/esm/index.js', import.meta.url).href,
};
/** What OpenTelemetry's own quick start loads: API, SDK, context manager, exporter. */
const OTEL = ['api', 'context-async-hooks', 'sdk-trace-base', 'exporter-trace-otlp-proto'];

export async function coldStartRows({ rounds }) {
  const rows = [];
  for (const how of ['require', 'import']) {
    const ours = `${how}:${OURS[how]}`;
    const otel = OTEL.map((name) => `${how}:@opentelemetry/${name}`).join(',');
    const pairs = [];
    for (let round = 0; round < rounds; round += 1) {
      pairs.push([await runChild('cold-child.mjs', [ours]), await runChild('cold-child.mjs', [otel])]);
    }
    const at = (index, key) => median(pairs.map((pair) => pair[index][key]));
    const command = `node bench/cold-child.mjs ${how}:./dist/${how === 'require' ? 'cjs' : 'esm'}/index.js`;
    const row = (what, key, unit, budget) => ({
      what: `${how}: ${what}`,
      ours: `${at(0, key).toFixed(1)} ${unit}`,
      other: `${at(1, key).toFixed(1)} ${unit}`,
      ratio: ratio(pairs.map(([a, b]) => a[key] / b[key])),
      budget,
      command,
    });
    rows.push(row('time', 'ms', 'ms', '≤ 50 ms'), row('CPU', 'cpuMs', 'ms'), row('memory', 'rssMb', 'MB', '≤ 10 MB'));
    if (how === 'require') rows.push(row('files', 'files', ''));
  }
  return rows;
}
