import { types } from 'node:util';
import { classNameOf, functionName, read, readText } from './safe-read.js';

/**
 * How objects that are neither arrays nor plain data are written. `text` ends the walk; `entries` and `items` are
 * walked on; `error` has its own fields; undefined means: own enumerable fields. Nothing is consumed, and no method
 * of the user's runs, `toJSON` apart.
 */
export type Special =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'promise' }
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'items'; readonly items: Iterable<unknown>; readonly size: number }
  | { readonly kind: 'entries'; readonly entries: Iterable<readonly [unknown, unknown]>; readonly size: number }
  | { readonly kind: 'error'; readonly error: object };

const { getTime } = Date.prototype;
const isoOf = Date.prototype.toISOString;
const mapEntries = Map.prototype.entries;
const mapSize = Object.getOwnPropertyDescriptor(Map.prototype, 'size')?.get as () => number;
const setValues = Set.prototype.values;
const setSize = Object.getOwnPropertyDescriptor(Set.prototype, 'size')?.get as () => number;

export function specialOf(value: object): Special | undefined {
  if (types.isDate(value)) {
    return text(Number.isNaN(getTime.call(value)) ? 'Invalid Date' : isoOf.call(value));
  }
  if (types.isProxy(value)) return undefined;
  if (types.isMap(value)) return { kind: 'entries', entries: mapEntries.call(value), size: mapSize.call(value) };
  if (types.isSet(value)) return { kind: 'items', items: setValues.call(value), size: setSize.call(value) };
  if (isError(value)) return { kind: 'error', error: value };
  if (ArrayBuffer.isView(value) || types.isAnyArrayBuffer(value)) return text(bytesText(value));
  if (types.isRegExp(value)) return text(`/${readText(value, 'source') ?? ''}/${readText(value, 'flags') ?? ''}`);
  if (types.isBoxedPrimitive(value)) return { kind: 'value', value: unboxed(value) };
  if (types.isPromise(value)) return { kind: 'promise' };
  if (types.isWeakMap(value) || types.isWeakSet(value)) return text(`[${classNameOf(value)}]`);
  if (types.isGeneratorObject(value)) return text('[Generator]');
  if (types.isExternal(value)) return text('[External]');
  return platform(value);
}

/** Whether a value is an error: of this realm, of another one, or a DOMException. */
export function isError(value: unknown): value is object {
  return types.isNativeError(value) || (typeof value === 'object' && value !== null && isDomException(value));
}

function isDomException(value: object): boolean {
  return !types.isProxy(value) && classNameOf(value) === 'DOMException';
}

/**
 * Objects of the platform, told by class name: naming `Response` itself would load all of fetch. They have no fields
 * of their own, while a class of the user's with the same name has.
 */
function platform(value: object): Special | undefined {
  const name = classNameOf(value);
  if (Object.hasOwn(value, '_readableState') || Object.hasOwn(value, '_writableState') || name === 'ServerResponse') {
    return text(`[${name}${part(value, 'method')}${part(value, 'url')}]`);
  }
  if (name === 'Timeout' && Object.hasOwn(value, '_idleTimeout')) return text('[Timeout]');
  if (!PLATFORM.has(name) || Object.keys(value).length > 0) return undefined;
  switch (name) {
    case 'URL':
      return text(readText(value, 'href') ?? '[URL]');
    case 'Headers':
    case 'URLSearchParams':
    case 'FormData':
      return listed(value, name);
    case 'Request':
    case 'Response':
      return text(`[${name}${part(value, 'method')}${part(value, 'status')}${part(value, 'url')}]`);
    case 'Blob':
    case 'File':
      return text(`<${name} ${String(read(value, 'size'))} bytes>`);
    default:
      return text(`[${name}]`);
  }
}

const PLATFORM = new Set(
  (
    'URL Headers URLSearchParams FormData Request Response Blob File WeakRef FinalizationRegistry ReadableStream ' +
    'WritableStream TransformStream AbortController AbortSignal MessagePort AsyncGenerator AsyncLocalStorage'
  ).split(' '),
);
const MAX_LISTED = 1_000;

/** The pairs of headers and forms; bounded, since anything may call itself so. */
function listed(value: object, name: string): Special {
  if (typeof read(value, 'entries') !== 'function') return text(`[${name}]`);
  const entries: (readonly [unknown, unknown])[] = [];
  let size = 0;
  for (const entry of value as Iterable<unknown>) {
    size += 1;
    if (size > MAX_LISTED) break;
    if (!Array.isArray(entry)) return text(`[${name}]`);
    entries.push([entry[0], entry[1]]);
  }
  return { kind: 'entries', entries, size };
}

function bytesText(value: object): string {
  return `<${classNameOf(value)} ${String(read(value, 'byteLength'))} bytes>`;
}

function part(value: object, key: string): string {
  const found = read(value, key);
  return (typeof found === 'string' && found !== '') || typeof found === 'number' ? ` ${found}` : '';
}

function unboxed(value: object): unknown {
  if (types.isStringObject(value)) return String.prototype.valueOf.call(value);
  if (types.isNumberObject(value)) return Number.prototype.valueOf.call(value);
  if (types.isBooleanObject(value)) return Boolean.prototype.valueOf.call(value);
  if (types.isBigIntObject(value)) return BigInt.prototype.valueOf.call(value);
  return Symbol.prototype.valueOf.call(value);
}

/** How a function is written. */
export function functionText(value: object): string {
  const name = functionName(value);
  return name === '' ? '[Function]' : `[Function ${name}]`;
}

function text(written: string): Special {
  return { kind: 'text', text: written };
}
