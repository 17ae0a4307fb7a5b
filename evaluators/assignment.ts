/** Beyond this many elements pairing every one with every other would take seconds. */
const MAX_SIZE = 500;

/** The largest sum of any pairing, see `bestPairing`. */
export function bestAssignment(rows: number, columns: number, value: (row: number, column: number) => number): number {
  return bestPairing(rows, columns, value).reduce((sum, gain) => sum + gain, 0);
}

/**
 * The values of the pairing of rows and columns with the largest sum, each used once; 0 for what has no partner.
 * The Hungarian method with potentials, O(n^3). Throws a RangeError above 500 rows or columns.
 * Source: H. W. Kuhn, 1955; J. Munkres, 1957.
 */
export function bestPairing(rows: number, columns: number, value: (row: number, column: number) => number): number[] {
  const size = Math.max(rows, columns);
  if (size > MAX_SIZE)
    throw new RangeError(`lists of ${rows} and ${columns} elements are too long to be paired, at most ${MAX_SIZE}`);
  const gains = Array.from({ length: rows }, (_, row) =>
    Array.from({ length: columns }, (_, column) => value(row, column)),
  );
  const cost = (row: number, column: number): number => -(gains[row]?.[column] ?? 0);
  const partner = pair(size, cost);
  return partner.map((row, column) => gains[row]?.[column] ?? 0);
}

/** The row that each column gets, in a square table of costs. */
function pair(size: number, cost: (row: number, column: number) => number): number[] {
  const rowPotential = new Float64Array(size + 1);
  const columnPotential = new Float64Array(size + 1);
  const rowOf = new Int32Array(size + 1);
  for (let row = 1; row <= size; row++) {
    const before = new Int32Array(size + 1);
    const slack = new Float64Array(size + 1).fill(Number.POSITIVE_INFINITY);
    const visited = new Uint8Array(size + 1);
    let column = 0;
    rowOf[0] = row;
    while (rowOf[column] !== 0) {
      visited[column] = 1;
      const current = rowOf[column] as number;
      let delta = Number.POSITIVE_INFINITY;
      let next = 0;
      for (let j = 1; j <= size; j++) {
        if (visited[j]) continue;
        const reduced = cost(current - 1, j - 1) - (rowPotential[current] as number) - (columnPotential[j] as number);
        if (reduced < (slack[j] as number)) {
          slack[j] = reduced;
          before[j] = column;
        }
        if ((slack[j] as number) < delta) {
          delta = slack[j] as number;
          next = j;
        }
      }
      for (let j = 0; j <= size; j++) {
        if (visited[j]) {
          const owner = rowOf[j] as number;
          rowPotential[owner] = (rowPotential[owner] as number) + delta;
          columnPotential[j] = (columnPotential[j] as number) - delta;
        } else slack[j] = (slack[j] as number) - delta;
      }
      column = next;
    }
    for (let j = column; j !== 0; j = before[j] as number) rowOf[j] = rowOf[before[j] as number] as number;
  }
  return Array.from(rowOf.subarray(1), (row) => row - 1);
}
