import { types } from 'node:util';
import { classNameOf } from '../src/attributes/safe-read.js';
import { isError } from '../src/attributes/special.js';

/** Where data of an object is found that its own fields do not tell; `fields`: nowhere else. */
export type Kind =
  | 'list'
  | 'map'
  | 'set'
  | 'date'
  | 'regexp'
  | 'bytes'
  | 'buffer'
  | 'boxed'
  | 'error'
  | 'url'
  | 'pairs'
  | 'fields';

/** Told by what an object is, not by `instanceof`: values come from other realms too. */
export function kindOf(value: object): Kind {
  if (Array.isArray(value)) return 'list';
  if (types.isMap(value)) return 'map';
  if (types.isSet(value)) return 'set';
  if (types.isDate(value)) return 'date';
  if (types.isRegExp(value)) return 'regexp';
  if (ArrayBuffer.isView(value)) return 'bytes';
  if (types.isAnyArrayBuffer(value)) return 'buffer';
  if (types.isBoxedPrimitive(value)) return 'boxed';
  if (isError(value)) return 'error';
  return ofPlatform(value) ?? 'fields';
}

/** Classes of the platform are told by name; they have no fields of their own, while a user's of that name has. */
function ofPlatform(value: object): Kind | undefined {
  const name = classNameOf(value);
  if (!PLATFORM.has(name) || Object.keys(value).length > 0) return undefined;
  if (name === 'URL') return 'href' in value ? 'url' : undefined;
  return Symbol.iterator in value ? 'pairs' : undefined;
}

const PLATFORM: ReadonlySet<string> = new Set(['URL', 'URLSearchParams', 'Headers', 'FormData']);

/** Whether a value is made of its fields alone: an object literal or what JSON gives, of any realm. */
export function isPlain(value: object): boolean {
  const proto = Object.getPrototypeOf(value) as object | null;
  return proto === null || Object.getPrototypeOf(proto) === null;
}
