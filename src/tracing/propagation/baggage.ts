import { type Baggage, baggageEntryMetadataFromString, propagation } from '@opentelemetry/api';

/** W3C Baggage, 3.3: what every platform must carry; we send and take no more. */
const MAX_MEMBERS = 64;
const MAX_BYTES = 8_192;
/** A token (RFC 9110, 5.6.2). */
const KEY = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** Reads a `baggage` header. Members that are not valid are left out; past the limits the rest is. */
export function readBaggage(header: string): Baggage {
  let baggage = propagation.createBaggage();
  let members = 0;
  for (const part of header.slice(0, MAX_BYTES).split(',')) {
    const [pair = '', ...properties] = part.split(';');
    const at = pair.indexOf('=');
    const key = pair.slice(0, Math.max(at, 0)).trim();
    const value = decoded(pair.slice(at + 1).trim());
    if (!KEY.test(key) || value === undefined) continue;
    if (++members > MAX_MEMBERS) break;
    const metadata = properties.join(';').trim();
    baggage = baggage.setEntry(
      key,
      metadata === '' ? { value } : { value, metadata: baggageEntryMetadataFromString(metadata) },
    );
  }
  return baggage;
}

/** Writes as many entries as the limits allow, the given first ones before the others. */
export function writeBaggage(first: Readonly<Record<string, string>>, rest: Baggage | undefined): string {
  const members: string[] = [];
  let bytes = 0;
  const add = (key: string, value: string, metadata: string): void => {
    const member = `${key}=${encodeURIComponent(value)}${metadata === '' ? '' : `;${metadata}`}`;
    if (!KEY.test(key) || members.length >= MAX_MEMBERS || bytes + member.length + 1 > MAX_BYTES) return;
    members.push(member);
    bytes += member.length + 1;
  };
  for (const [key, value] of Object.entries(first)) add(key, value, '');
  for (const [key, entry] of rest?.getAllEntries() ?? []) {
    if (!Object.hasOwn(first, key)) add(key, entry.value, entry.metadata?.toString() ?? '');
  }
  return members.join(',');
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
