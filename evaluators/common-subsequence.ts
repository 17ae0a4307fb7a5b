/** Beyond this many pairs of tokens a comparison would take seconds, or its table hundreds of megabytes. */
const MAX_PAIRS = 1e9;
const MAX_TABLE = 5e7;

/** Looked up once: in a vm context, as a test runner makes, a global in the inner loop makes it twenty times slower. */
const { max } = Math;

/** Length of the longest common subsequence; two rows of the table at a time. Throws a RangeError for very long lists. */
export function longestCommonLength(a: readonly string[], b: readonly string[]): number {
  if (a.length * b.length > MAX_PAIRS) throw tooLong(a, b);
  let above = new Uint32Array(b.length + 1);
  let row = new Uint32Array(b.length + 1);
  for (const item of a) {
    for (let j = 1; j <= b.length; j++) {
      row[j] = item === b[j - 1] ? (above[j - 1] as number) + 1 : max(above[j] as number, row[j - 1] as number);
    }
    [above, row] = [row, above];
  }
  return above[b.length] as number;
}

/**
 * Indices in `a` of one longest common subsequence, ascending. Of several, the one that ROUGE's reference
 * implementation reads out: from the end, staying on `a`'s side unless the table is larger on the other.
 */
export function longestCommon(a: readonly string[], b: readonly string[]): number[] {
  if (a.length * b.length > MAX_TABLE) throw tooLong(a, b);
  const width = b.length + 1;
  const table = new Uint32Array((a.length + 1) * width);
  const at = (i: number, j: number): number => table[i * width + j] as number;
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      table[i * width + j] = a[i - 1] === b[j - 1] ? at(i - 1, j - 1) + 1 : max(at(i - 1, j), at(i, j - 1));
    }
  }
  const indices: number[] = [];
  for (let i = a.length, j = b.length; i > 0 && j > 0; ) {
    if (a[i - 1] === b[j - 1]) {
      indices.push(i - 1);
      i -= 1;
      j -= 1;
    } else if (at(i, j - 1) > at(i - 1, j)) j -= 1;
    else i -= 1;
  }
  return indices.reverse();
}

function tooLong(a: readonly string[], b: readonly string[]): RangeError {
  return new RangeError(`too long to compare: ${a.length} and ${b.length} tokens`);
}
