import { type Baggage, baggageEntryMetadataFromString, propagation } from '@opentelemetry/api';
import { wellFormed } from '../../attributes/text.js';

/** W3C Baggage, 3.3: what every platform must carry; we send and take no more. */
const MAX_MEMBERS = 64;
const MAX_BYTES = 8_192;
/** A token (RFC 9110, 5.6.2). */
const KEY = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** Properties of a member, as far as they cannot be taken for another member or header. */
const PROPERTIES = /^[\x21-\x2b\x2d-\x7e\t ]+$/;

/** Reads a `baggage` header. Members that are not valid are left out; past the limits the rest is. */
export function readBaggage(header: string): Baggage {
  let baggage = propagation.createBaggage();
  let members = 0;
  for (const part of withinLimit(header).split(',')) {
    const [pair = '', ...properties] = part.split(';');
    const at = pair.indexOf('=');
    const key = pair.slice(0, Math.max(at, 0)).trim();
    if (!KEY.test(key)) continue;
    const value = decoded(pair.slice(at + 1).trim());
    if (++members > MAX_MEMBERS) break;
    const metadata = properties.join(';').trim();
    baggage = baggage.setEntry(
      key,
      metadata === '' ? { value } : { value, metadata: baggageEntryMetadataFromString(metadata) },
    );
  }
  return baggage;
}

/** Writes as many entries as the limits allow, the given first ones before the others; of a key that comes twice the first. */
export function writeBaggage(
  first: Readonly<Record<string, string>>,
  ...others: readonly (Baggage | undefined)[]
): string {
  const members: string[] = [];
  const written = new Set<string>();
  let bytes = -1;
  const add = (key: string, value: string, metadata: string): void => {
    if (!KEY.test(key) || written.has(key) || members.length >= MAX_MEMBERS) return;
    const member = `${key}=${encodeURIComponent(wellFormed(value))}${PROPERTIES.test(metadata) ? `;${metadata}` : ''}`;
    if (bytes + 1 + member.length > MAX_BYTES) return;
    written.add(key);
    members.push(member);
    bytes += 1 + member.length;
  };
  for (const [key, value] of Object.entries(first)) add(key, value, '');
  for (const baggage of others) {
    for (const [key, entry] of baggage?.getAllEntries() ?? []) add(key, entry.value, entry.metadata?.toString() ?? '');
  }
  return members.join(',');
}

/** Whole members only: half a value would be a wrong one. */
function withinLimit(header: string): string {
  return header.length <= MAX_BYTES ? header : header.slice(0, header.lastIndexOf(',', MAX_BYTES) + 1);
}

/** What is no UTF-8 becomes U+FFFD (3.3.1.3). */
function decoded(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (octets) =>
    Buffer.from(octets.replaceAll('%', ''), 'hex').toString('utf8'),
  );
}
