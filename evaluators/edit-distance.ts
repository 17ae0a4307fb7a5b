/** Beyond this many pairs of code points the distance would take seconds. */
const MAX_PAIRS = 4e9;
const WORD = 32;

/**
 * Levenshtein's distance between two lists of symbols: insertions, deletions and substitutions, each 1.
 * Myers' bit-parallel method in Hyyrö's block form, 32 rows of the table at a time. Throws a RangeError for texts
 * too long to be compared in reasonable time.
 * Source: G. Myers, "A fast bit-vector algorithm for approximate string matching", 1999; H. Hyyrö, 2003.
 */
export function editDistance(a: readonly string[], b: readonly string[]): number {
  let start = 0;
  let endA = a.length;
  let endB = b.length;
  while (start < endA && start < endB && a[start] === b[start]) start += 1;
  while (endA > start && endB > start && a[endA - 1] === b[endB - 1]) {
    endA -= 1;
    endB -= 1;
  }
  const rows = a.slice(start, endA);
  const columns = b.slice(start, endB);
  if (rows.length === 0 || columns.length === 0) return rows.length + columns.length;
  if (rows.length * columns.length > MAX_PAIRS) {
    throw new RangeError(`too long to compare: ${a.length} and ${b.length} symbols`);
  }
  return blockDistance(rows, columns);
}

function blockDistance(rows: readonly string[], columns: readonly string[]): number {
  const blocks = Math.ceil(rows.length / WORD);
  const positions = positionsOf(rows, blocks);
  const none = new Int32Array(blocks);
  const plus = new Int32Array(blocks).fill(-1);
  const minus = new Int32Array(blocks);
  const lastBit = (rows.length - 1) % WORD;
  let distance = rows.length;
  for (const symbol of columns) {
    const match = positions.get(symbol) ?? none;
    // The table's upper border grows by one with every column.
    let carry = 1;
    for (let block = 0; block < blocks; block++) {
      const vp = plus[block] as number;
      const vn = minus[block] as number;
      const eq = (match[block] as number) | (carry < 0 ? 1 : 0);
      const d0 = (((eq & vp) + vp) ^ vp) | eq | vn;
      const hp = vn | ~(d0 | vp);
      const hn = d0 & vp;
      const bit = block === blocks - 1 ? lastBit : WORD - 1;
      const out = ((hp >>> bit) & 1) - ((hn >>> bit) & 1);
      const shiftedPlus = (hp << 1) | (carry > 0 ? 1 : 0);
      const shiftedMinus = (hn << 1) | (carry < 0 ? 1 : 0);
      const xv = (match[block] as number) | vn;
      plus[block] = shiftedMinus | ~(xv | shiftedPlus);
      minus[block] = shiftedPlus & xv;
      carry = out;
    }
    distance += carry;
  }
  return distance;
}

/** For every symbol the rows it stands in, as bits. */
function positionsOf(rows: readonly string[], blocks: number): Map<string, Int32Array> {
  const positions = new Map<string, Int32Array>();
  rows.forEach((symbol, row) => {
    const bits = positions.get(symbol) ?? new Int32Array(blocks);
    bits[row >>> 5] = (bits[row >>> 5] as number) | (1 << (row & 31));
    positions.set(symbol, bits);
  });
  return positions;
}
