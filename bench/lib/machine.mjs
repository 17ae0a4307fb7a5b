import { readFileSync } from 'node:fs';
import { cpus, loadavg, platform, release, totalmem } from 'node:os';

const root = new URL('../../', import.meta.url);

const versionOf = (name) =>
  JSON.parse(readFileSync(new URL(`node_modules/${name}/package.json`, root), 'utf8')).version;

/** Where and with what a table was made. */
export function machine() {
  const processors = cpus();
  return [
    `${processors.length} × ${processors[0]?.model.trim() ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GB, ${platform()} ${release().split('.').slice(0, 2).join('.')}`,
    `Node ${process.versions.node}, V8 ${process.versions.v8}`,
    `OpenTelemetry: api ${versionOf('@opentelemetry/api')}, sdk-trace-base ${versionOf('@opentelemetry/sdk-trace-base')}, ` +
      `exporter-trace-otlp-proto ${versionOf('@opentelemetry/exporter-trace-otlp-proto')}`,
    `${new Date().toISOString().slice(0, 16).replace('T', ' ')} UTC, load average ${loadavg()[0].toFixed(1)} as the run ended`,
  ];
}
