/** What most samples said. Of labels with equally many votes the one with the lowest merit: doubt is no praise. */
export function majority<T extends string>(votes: readonly T[], merit: (label: T) => number): T {
  const counts = new Map<T, number>();
  for (const vote of votes) counts.set(vote, (counts.get(vote) ?? 0) + 1);
  let winner = votes[0] as T;
  for (const [label, count] of counts) {
    const before = counts.get(winner) as number;
    if (count > before || (count === before && merit(label) < merit(winner))) winner = label;
  }
  return winner;
}

/** Highest minus lowest: how far the samples lie apart. */
export function spread(values: readonly number[]): number {
  return Math.max(...values) - Math.min(...values);
}
