import type { Line } from './line.js';

/** Copies a log line to the active span. Fields that are no scalars travel as JSON. */
export function addSpanEvent(line: Line, level: string): void {
  const { span } = line;
  if (span === undefined || !span.isRecording()) return;
  const attributes: Record<string, string | number | boolean> = { 'log.severity': level };
  if (line.message !== undefined) attributes['log.message'] = line.message;
  for (const key of Object.keys(line.own)) {
    const value = line.own[key];
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
      attributes[`log.${key}`] = value;
    else if (value !== undefined && value !== null) attributes[`log.${key}`] = JSON.stringify(value);
  }
  span.addEvent('log', attributes);
}
