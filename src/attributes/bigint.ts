const MAX_BITS = 4_096;

/** A bigint as JSON or an attribute takes it; `keeps`: one of 64 bits may stay one. */
export function plainBigint(value: bigint, keeps: boolean): number | bigint | string {
  if (value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER) return Number(value);
  if (BigInt.asIntN(64, value) === value) return keeps ? value : value.toString();
  // Decimal text of a huge number takes quadratic time; hexadecimal does not.
  const bits = value.toString(16).length * 4;
  return bits <= MAX_BITS ? value.toString() : `[BigInt of ${bits} bits]`;
}
