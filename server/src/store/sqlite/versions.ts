import { emptyObject, type JsonObject } from '../../wire/value.js';
import type { Payload } from './payload.js';

/**
 * An ended version of a span with what only versions before its end had said. That is kept apart, so that another end
 * takes it over too, and the order in which versions come makes no difference.
 */
export function withOpen({ open: before, ...ended }: Payload, said: JsonObject | undefined): Payload {
  const own = emptyObject();
  for (const key of Object.keys(ended.attributes))
    if (before === undefined || !Object.hasOwn(before, key)) own[key] = ended.attributes[key] as JsonObject[string];
  const open = emptyObject();
  for (const key of Object.keys(said ?? {}))
    if (!Object.hasOwn(own, key)) open[key] = said?.[key] as JsonObject[string];
  if (sizeOf(open) === 0) return { ...ended, attributes: own };
  return { ...ended, attributes: Object.assign(emptyObject(), open, own), open };
}

export const sizeOf = (map: JsonObject | undefined): number => Object.keys(map ?? {}).length;
