/** The cosine of the angle between two vectors, -1 to 1. Throws a TypeError where it is undefined. */
export function cosine(a: readonly number[], b: readonly number[]): number {
  if (a.length !== b.length || a.length === 0)
    throw new TypeError(`vectors of ${a.length} and ${b.length} numbers have no angle`);
  // Scaled first, so that squares of very large or small numbers stay finite.
  const [sizeA, sizeB] = [largest(a), largest(b)];
  if (!(sizeA > 0) || !(sizeB > 0)) throw new TypeError('a vector of zeros has no direction');
  let dot = 0;
  let normA = 0;
  let normB = 0;
  for (let i = 0; i < a.length; i++) {
    const x = (a[i] as number) / sizeA;
    const y = (b[i] as number) / sizeB;
    dot += x * y;
    normA += x * x;
    normB += y * y;
  }
  return Math.min(Math.max(dot / Math.sqrt(normA * normB), -1), 1);
}

function largest(vector: readonly number[]): number {
  let size = 0;
  for (const x of vector) {
    if (!Number.isFinite(x)) throw new TypeError('a vector holds something else than finite numbers');
    size = Math.max(size, Math.abs(x));
  }
  return size;
}
