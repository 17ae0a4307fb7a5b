import { platform } from './platform.js';
import { warn } from './warn.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
/** The URL namespace of RFC 9562, appendix C. */
const URL_NAMESPACE = Buffer.from('6ba7b8119dad11d180b400c04fd430c8', 'hex');

export function isUuid(text: string): boolean {
  return UUID.test(text);
}

/** A random UUID (version 4). */
export function newUuid(): string {
  return platform('node:crypto').randomUUID();
}

/** The name-based UUID (version 5, URL namespace) of RFC 9562, section 5.5. */
export function uuidOfName(name: string): string {
  const hash = platform('node:crypto').createHash('sha1').update(URL_NAMESPACE).update(name, 'utf8').digest();
  hash[6] = ((hash[6] as number) & 0x0f) | 0x50;
  hash[8] = ((hash[8] as number) & 0x3f) | 0x80;
  const hex = hash.toString('hex', 0, 16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** A session's id as a back end takes it: a UUID in lower case; any other text becomes its version 5 UUID, with a warning. */
export function sessionUuid(given: string): string {
  if (isUuid(given)) return given.toLowerCase();
  const id = uuidOfName(given);
  // Callers from elsewhere give ids too, and a long one may be a credential.
  const shown = JSON.stringify(given.length > 12 ? `${given.slice(0, 8)}…` : given);
  warn('session-id', `session id ${shown} is no UUID: its version 5 UUID ${id} is used`);
  return id;
}
