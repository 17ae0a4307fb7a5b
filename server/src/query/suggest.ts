export interface Known {
  name: string;
  /** How it has to be written where it is suggested, when that is more than the name. */
  shown?: string;
  /** What it stands for: of several names for one thing the nearest is suggested. */
  means?: string;
}

/**
 * The known names nearest to a mistyped one, at most two, none that is far away; alone the one that is the same.
 * `others` are asked where nothing else is near.
 */
export function suggest(name: string, known: readonly Known[], others: readonly Known[] = []): string[] {
  const same = [...known, ...others].find((one) => one.name === name.toLowerCase());
  if (same) return [same.shown ?? same.name];
  const near = nearest(name, known);
  return near.length > 0 ? near : nearest(name, others);
}

function nearest(name: string, known: readonly Known[]): string[] {
  const limit = Math.max(1, Math.floor(name.length / 3));
  const near = known
    .filter((one) => Math.abs(one.name.length - name.length) <= limit || one.name.startsWith(name))
    .map((one) => ({ ...one, distance: distanceTo(name.toLowerCase(), one.name.toLowerCase()) }))
    .filter((one) => one.distance <= limit)
    .sort((a, b) => a.distance - b.distance);
  const things = new Map<string, string>();
  for (const { name, shown = name, means = shown } of near) if (!things.has(means)) things.set(means, shown);
  return [...things.values()].slice(0, 2);
}

function distanceTo(name: string, known: string): number {
  return known.startsWith(name) ? 1 : edits(name, known);
}

/** Edits from one word to the other: insertions, deletions, replacements, and swaps of neighbours. */
function edits(a: string, b: string): number {
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min(
        (previous[j] as number) + 1,
        (current[j - 1] as number) + 1,
        (previous[j - 1] as number) + same,
      );
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, (before[j - 2] as number) + 1);
      current.push(best);
    }
    before = previous;
    previous = current;
  }
  return previous[b.length] as number;
}
