const MIN_INT64 = -(2 ** 63);
const MAX_INT64 = 2 ** 63;

/** How deep an attribute of somebody else's span is followed; our own are flat. */
export const MAX_VALUE_DEPTH = 32;

/** Whether a number travels as int64: an integer that fits. */
export function isInt64(value: number): boolean {
  return Number.isInteger(value) && value >= MIN_INT64 && value < MAX_INT64;
}

/** Whether a bigint fits int64; a larger one travels as text. */
export function fitsInt64(value: bigint): boolean {
  return BigInt.asIntN(64, value) === value;
}

/** Own enumerable keys whose value can be sent at all. */
export function isSendable(value: unknown): boolean {
  return value !== undefined && typeof value !== 'function' && typeof value !== 'symbol';
}
