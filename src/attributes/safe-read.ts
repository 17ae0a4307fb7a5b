import { messageOf } from '../base/errors.js';

/** Reads of objects that may be hostile: nothing here throws. */

export function throwsText(thrown: unknown): string {
  const message = messageOf(thrown);
  return `[Throws: ${typeof message === 'string' ? message : 'unreadable error'}]`;
}

/** `object[key]`, or what was thrown instead, in words. */
export function safeRead(object: object, key: PropertyKey): unknown {
  try {
    return (object as Record<PropertyKey, unknown>)[key];
  } catch (thrown) {
    return throwsText(thrown);
  }
}

/** `object[key]`, or undefined where reading throws. */
export function read(object: object, key: string): unknown {
  try {
    return (object as Record<string, unknown>)[key];
  } catch {
    return undefined;
  }
}

/** `object[key]` where that is a text, else undefined. */
export function readText(object: object, key: string): string | undefined {
  const value = read(object, key);
  return typeof value === 'string' ? value : undefined;
}

/** The class name of an object, read from data properties only, so that no user code runs. */
export function classNameOf(value: object): string {
  try {
    let proto: object | null = Object.getPrototypeOf(value) as object | null;
    for (let i = 0; proto !== null && i < 8; i += 1) {
      const made = Object.getOwnPropertyDescriptor(proto, 'constructor')?.value as unknown;
      if (typeof made === 'function') return functionName(made) || 'Object';
      proto = Object.getPrototypeOf(proto) as object | null;
    }
  } catch {
    // A proxy's trap.
  }
  return 'Object';
}

/** The name of a function, where it is plain data. */
export function functionName(value: object): string {
  try {
    const name = Object.getOwnPropertyDescriptor(value, 'name')?.value as unknown;
    return typeof name === 'string' ? name : '';
  } catch {
    return '';
  }
}
