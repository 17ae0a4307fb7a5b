/** Where to cut the scores so that the verdicts fit the humans' best; `direction` says which side passes. */
export type Direction = 'maximize' | 'minimize';

/** Whether a score passes: at the threshold counts as passed, in either direction. */
export function passes(score: number, threshold: number, direction: Direction): boolean {
  return direction === 'minimize' ? score <= threshold : score >= threshold;
}

/**
 * The cut with the highest balanced accuracy (Youden's J), half way between two neighbouring scores; of equally good
 * cuts the one in the widest gap. Null where humans or scores do not vary, or where no cut is better than chance.
 */
export function bestThreshold(
  scores: readonly number[],
  human: readonly boolean[],
  direction: Direction,
): number | null {
  const best = bestCut(scores, human, direction);
  return best === undefined || best.gain <= 0 ? null : best.cut;
}

/** The same cut, also where it is no better than chance: a useless evaluator has verdicts too. */
export function bestCut(
  scores: readonly number[],
  human: readonly boolean[],
  direction: Direction,
): { readonly cut: number; readonly gain: number } | undefined {
  const good = human.filter(Boolean).length;
  const bad = human.length - good;
  if (good === 0 || bad === 0) return undefined;
  const order = Array.from(scores.keys()).sort((i, j) => (scores[i] as number) - (scores[j] as number));
  const sign = direction === 'minimize' ? -1 : 1;
  let best: { cut: number; gain: number; gap: number } | undefined;
  let goodBelow = 0;
  let badBelow = 0;
  for (let k = 0; k + 1 < order.length; k += 1) {
    if (human[order[k] as number]) goodBelow += 1;
    else badBelow += 1;
    const low = scores[order[k] as number] as number;
    const high = scores[order[k + 1] as number] as number;
    const gap = high - low;
    if (gap === 0) continue;
    const gain = sign * (badBelow / bad - goodBelow / good);
    if (best === undefined || gain > best.gain || (gain === best.gain && gap > best.gap)) {
      best = { cut: low + gap / 2, gain, gap };
    }
  }
  return best;
}
