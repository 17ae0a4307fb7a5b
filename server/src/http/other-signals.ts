import type { FastifyRequest } from 'fastify';
import { HttpError } from './http-error.js';

/** What OpenTelemetry's exporters send beside traces where nothing says otherwise. */
const OTHERS = {
  metrics: "OpenTelemetry's metrics are not kept here, only its traces: set OTEL_METRICS_EXPORTER=none",
  logs: "OpenTelemetry's logs are not kept here, only its traces: set OTEL_LOGS_EXPORTER=none",
} as const;

/** What to tell whoever sends something else than traces to this path. */
export function signalAdvice(path: string): string | undefined {
  const signal = /\/v1\/(metrics|logs)$/.exec(path)?.[1];
  return signal === 'metrics' || signal === 'logs' ? OTHERS[signal] : undefined;
}

/** Under OpenTelemetry's path for metrics HoneyHive has its evaluators: the one must not be taken for the other. */
export function refuseMetrics(request: FastifyRequest, body?: Record<string, unknown>): void {
  const isProtobuf = String(request.headers['content-type'] ?? '').includes('protobuf');
  if (isProtobuf || body?.resourceMetrics !== undefined || body?.resource_metrics !== undefined)
    throw new HttpError(isProtobuf ? 415 : 400, 'not_kept', OTHERS.metrics);
}
