import { CONFIG, FEEDBACK, METADATA, METRICS, USER_PROPERTIES } from '../attributes/keys.js';

/** What of a span belongs into a log line, and under which name. Inputs and outputs would drown it. */
const NAMESPACES: readonly (readonly [name: string, prefix: string])[] = [
  ['metadata', `${METADATA}.`],
  ['metrics', `${METRICS}.`],
  ['feedback', `${FEEDBACK}.`],
  ['user_properties', `${USER_PROPERTIES}.`],
  ['config', `${CONFIG}.`],
];
const COMMON = 'honeyhive_';
const MOST_KEYS = 64;
const LONGEST_TEXT = 1_024;

/** What `enrichSpan` set on a span, by namespace: at most 64 keys, texts cut at 1,024 characters. */
export function enrichmentOf(attributes: Readonly<Record<string, unknown>> | undefined): Record<string, unknown> {
  const line: Record<string, unknown> = {};
  if (attributes === undefined) return line;
  let keys = 0;
  for (const key of Object.keys(attributes)) {
    if (!key.startsWith(COMMON)) continue;
    const found = NAMESPACES.find(([, prefix]) => key.startsWith(prefix));
    if (found === undefined) continue;
    keys += 1;
    if (keys > MOST_KEYS) continue;
    const [name, prefix] = found;
    line[name] ??= Object.create(null) as Record<string, unknown>;
    (line[name] as Record<string, unknown>)[key.slice(prefix.length)] = short(attributes[key]);
  }
  if (keys > MOST_KEYS) line.enrichment_omitted = keys - MOST_KEYS;
  return line;
}

function short(value: unknown): unknown {
  if (typeof value === 'string' && value.length > LONGEST_TEXT) return `${value.slice(0, LONGEST_TEXT)}…`;
  return typeof value === 'bigint' ? String(value) : value;
}
