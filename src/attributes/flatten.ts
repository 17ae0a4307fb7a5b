import { type AttributeScalar, plainScalar } from './capture.js';
import type { CaptureContext } from './context.js';
import { METRICS } from './keys.js';
import { cut } from './text.js';
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
    bytes: true,
    bigints: true,
    notices: false,
  });
  const rendered = walk.render(value);
  if (rendered === undefined || rendered === null) return 0;
  write(target, prefix, rendered, room);
  return walk.leftOut + room.leftOut;
}

/** What {@link flattenInto} would write for a scalar that no limit touches; undefined where it has to be asked. */
export function captureLeaf(value: unknown, name: string, capture: CaptureContext): AttributeScalar | undefined {
  const { limits, redactor } = capture;
  if (redactor.hook !== undefined || (redactor.active && isSecretPrefix(name, redactor.isSecretKey))) return undefined;
  if (typeof value === 'string' && value.length * 3 + name.length > limits.spanBytes) return undefined;
  return plainScalar(value, redactor, limits.valueLength);
}

/** A text is cut, not dropped, where so many bytes are left. */
const SHORTEST_CUT = 128;

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
    room.bytes -= sizeOf(key, value as AttributeScalar);
  }
  return room;
}

function write(target: FlatAttributes, name: string, value: Rendered, room: Room): void {
  if (value === null) return;
  if (typeof value !== 'object') {
    writeLeaf(target, name, value, room);
    return;
  }
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i += 1) write(target, `${name}.${i}`, value[i] as Rendered, room);
    return;
  }
  for (const key of Object.keys(value)) write(target, `${name}.${key}`, value[key] as Rendered, room);
}

function writeLeaf(target: FlatAttributes, name: string, value: AttributeScalar, room: Room): void {
  const before = target[name];
  const left = room.bytes + (before === undefined ? 0 : sizeOf(name, before));
  let kept = value;
  let size = sizeOf(name, value);
  if (size > left && typeof value === 'string' && left - name.length > SHORTEST_CUT) {
    kept = cut(value, Math.floor(((left - name.length) * value.length) / Buffer.byteLength(value)) - SHORTEST_CUT / 2);
    size = sizeOf(name, kept);
    room.leftOut += 1;
  }
  if ((before === undefined && room.leaves <= 0) || size > left) {
    room.leftOut += 1;
    return;
  }
  if (before === undefined) room.leaves -= 1;
  room.bytes = left - size;
  target[name] = kept;
}

function sizeOf(name: string, value: AttributeScalar): number {
  return name.length + (typeof value === 'string' ? Buffer.byteLength(value) : 8);
}

/** A metric may be named after what it looks for, such as a secret. */
function isSecretPrefix(prefix: string, isSecretKey: (key: string) => boolean): boolean {
  if (prefix.startsWith(METRICS)) return false;
  return isSecretKey(prefix.slice(prefix.lastIndexOf('.') + 1));
}
