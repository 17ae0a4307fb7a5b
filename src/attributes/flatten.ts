import { type AttributeScalar, plainScalar } from './capture.js';
import type { CaptureContext } from './context.js';
import { METRICS } from './keys.js';
import { type AttributeName, nameFor } from './names.js';
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
  const leaves = leavesOf(prefix, value, capture, room.bytes);
  const { written } = leaves;
  if (leaves.atMost <= room.bytes && written.length <= 2 * room.leaves) {
    for (let i = 0; i < written.length; i += 2) target[written[i] as string] = written[i + 1] as AttributeScalar;
    return leaves.leftOut;
  }
  for (let i = 0; i < written.length; i += 2)
    writeLeaf(target, written[i] as string, written[i + 1] as AttributeScalar, room);
  return leaves.leftOut + room.leftOut;
}

/** The leaves of one value, before anybody asked whether there is room for all of them. */
export interface Leaves {
  /** Names and values in turn. */
  readonly written: (string | AttributeScalar)[];
  /** How many a limit left out. */
  leftOut: number;
  /** No more bytes than these. */
  atMost: number;
}

/** What {@link flattenInto} would write, for a target that keeps its limits itself. */
export function flatten(prefix: string, value: unknown, capture: CaptureContext): Leaves {
  const { limits, redactor } = capture;
  if (redactor.active && isSecretPrefix(prefix, redactor.isSecretKey)) {
    return { written: [prefix, redactor.replacement], leftOut: 0, atMost: 0 };
  }
  const leaves = leavesOf(prefix, value, capture, limits.spanBytes);
  if (leaves.atMost <= limits.spanBytes) return leaves;
  const room: Room = { leaves: limits.attributesPerSpan, bytes: limits.spanBytes, leftOut: 0 };
  const target = Object.create(null) as FlatAttributes;
  const { written } = leaves;
  for (let i = 0; i < written.length; i += 2)
    writeLeaf(target, written[i] as string, written[i + 1] as AttributeScalar, room);
  return { written: Object.entries(target).flat(), leftOut: leaves.leftOut + room.leftOut, atMost: leaves.atMost };
}

function leavesOf(prefix: string, value: unknown, capture: CaptureContext, budget: number): Leaves {
  const walk = new Walk(capture, prefix, {
    budget,
    leaves: capture.limits.attributesPerSpan,
    bytes: true,
    bigints: true,
    notices: false,
  });
  const rendered = walk.render(value);
  const leaves: Leaves = { written: [], leftOut: walk.leftOut, atMost: 0 };
  if (rendered !== undefined) write(leaves, nameFor(prefix), rendered);
  return leaves;
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

function write(leaves: Leaves, name: AttributeName, value: Rendered): void {
  if (value === null) return;
  if (typeof value !== 'object') {
    leaves.written.push(name.text, value);
    leaves.atMost += name.text.length + (typeof value === 'string' ? value.length * 3 : 8);
  } else if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i += 1) write(leaves, name.below(i), value[i] as Rendered);
  } else {
    for (const key of Object.keys(value)) write(leaves, name.below(key), value[key] as Rendered);
  }
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
  return isSecretKey(nameFor(prefix).last);
}
