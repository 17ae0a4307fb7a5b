import { createHash } from 'node:crypto';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const URL_NAMESPACE = Buffer.from('6ba7b8119dad11d180b400c04fd430c8', 'hex');

export function isUuid(text: string): boolean {
  return UUID.test(text);
}

function dashed(hex: string): string {
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`;
}

/** RFC 9562, version 5, in the URL namespace. */
export function uuidV5(name: string): string {
  const hash = createHash('sha1').update(URL_NAMESPACE).update(name).digest();
  hash[6] = ((hash[6] as number) & 0x0f) | 0x50;
  hash[8] = ((hash[8] as number) & 0x3f) | 0x80;
  return dashed(hash.toString('hex', 0, 16));
}

/** HoneyHive's ids are UUIDs in lower case; any other text becomes its UUID v5, so that it always finds the same row. */
export function canonicalId(id: string): string {
  const lower = id.trim().toLowerCase();
  return isUuid(lower) ? lower : uuidV5(id);
}

/** The session of a span that names none: its trace. */
export function sessionOfTrace(traceId: string): string {
  return dashed(traceId);
}

/**
 * A span's event id where it was given none: UUID version 8 made of the trace id's first 14 digits and the whole
 * span id, so that the span can be found again without an index.
 */
export function eventIdOf(traceId: string, spanId: string): string {
  const hex = `${traceId.slice(0, 12)}8${spanId.slice(0, 3)}8${spanId.slice(3)}${traceId.slice(12, 14)}`;
  return dashed(hex);
}

/** Takes apart what `eventIdOf` made. */
export function spanOfEventId(eventId: string): { tracePrefix: string; spanId: string } | undefined {
  if (!isUuid(eventId) || eventId[14] !== '8' || eventId[19] !== '8') return undefined;
  const hex = eventId.replaceAll('-', '');
  return { tracePrefix: hex.slice(0, 12) + hex.slice(30, 32), spanId: hex.slice(13, 16) + hex.slice(17, 30) };
}

/** Trace and span id of an event that came over REST, where neither is sent. */
export function idsOfEvent(sessionId: string, eventId: string): { traceId: string; spanId: string } {
  const spanId = createHash('sha256').update(eventId).digest('hex').slice(0, 16);
  return { traceId: sessionId.replaceAll('-', ''), spanId: spanId === '0'.repeat(16) ? '1'.padStart(16, '0') : spanId };
}
