import type { AttributeScalar } from './capture.js';
import type { CaptureContext } from './context.js';
import { METRICS } from './keys.js';
import { type Rendered, Walk } from './walk.js';

/** Attributes by name, without a prototype, so that any key is plain data. */
export type FlatAttributes = Record<string, AttributeScalar>;

/**
 * Writes the leaves of `value` under `prefix` into `target`, joined with dots; an earlier leaf of the same name is
 * overwritten. Null, undefined, `{}` and `[]` write nothing. Returns how many leaves a limit left out.
 */
export function flattenInto(target: FlatAttributes, prefix: string, value: unknown, capture: CaptureContext): number {
  if (value === undefined || value === null) return 0;
  const { limits, redactor } = capture;
  if (redactor.active && isSecretPrefix(prefix, redactor.isSecretKey)) {
    target[prefix] = redactor.replacement;
    return 0;
  }
  const room = roomIn(target, limits.attributesPerSpan, limits.spanBytes);
  const walk = new Walk(capture, prefix, {
    budget: room.bytes,
    leaves: limits.attributesPerSpan,
    bigints: true,
    notices: false,
  });
  const rendered = walk.render(value);
  if (rendered === undefined || rendered === null) return 0;
  write(target, prefix, rendered, room);
  return walk.leftOut + room.leftOut;
}

interface Room {
  leaves: number;
  bytes: number;
  leftOut: number;
}

function roomIn(target: FlatAttributes, leaves: number, bytes: number): Room {
  const room = { leaves, bytes, leftOut: 0 };
  for (const key in target) {
    room.leaves -= 1;
    const value = target[key];
    room.bytes -= key.length + (typeof value === 'string' ? value.length : 8);
  }
  return room;
}

function write(target: FlatAttributes, name: string, value: Rendered, room: Room): void {
  if (value === null) return;
  if (typeof value !== 'object') {
    if (!(name in target)) {
      if (room.leaves <= 0) {
        room.leftOut += 1;
        return;
      }
      room.leaves -= 1;
    }
    target[name] = value;
    return;
  }
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i += 1) write(target, `${name}.${i}`, value[i] as Rendered, room);
    return;
  }
  for (const key of Object.keys(value)) write(target, `${name}.${key}`, value[key] as Rendered, room);
}

/** A metric may be named after what it looks for, such as a secret. */
function isSecretPrefix(prefix: string, isSecretKey: (key: string) => boolean): boolean {
  if (prefix.startsWith(METRICS)) return false;
  return isSecretKey(prefix.slice(prefix.lastIndexOf('.') + 1));
}
