import { MalformedRequest } from '../../wire/span-record.js';

/** The place after a row: its sort value and its key, so that rows which arrive later move nothing. */
export function encodeCursor(sort: number, id: number): string {
  return Buffer.from(JSON.stringify([sort, id])).toString('base64url');
}

export function decodeCursor(cursor: string): [number, number] {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (Array.isArray(value) && value.length === 2 && typeof value[0] === 'number' && typeof value[1] === 'number')
      return [value[0], value[1]];
  } catch {
    // Falls through to the refusal.
  }
  throw new MalformedRequest('cursor is not one that this server gave out', 'bad_cursor');
}
