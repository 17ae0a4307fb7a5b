/** So many promises of one place gave plain values before the next ones are taken for the same. */
const SURE = 32;

/** What promises gave in calls that are not recorded, by place. */
const known = new WeakMap<object, { plain: number; lazy: boolean }>();

/**
 * Whether the promise of a call that is not recorded need not be watched. Watching costs more than the call itself, and
 * only finds out whether it gives something that works later (a generator, an iterable): nearly all places always do,
 * or never. Every {@link SURE}th is watched all the same; one that gives something lazy settles it for good.
 */
export function surelyPlain(place: object): boolean {
  const facts = known.get(place);
  if (facts === undefined || facts.lazy || facts.plain < SURE) return false;
  facts.plain += 1;
  return facts.plain % SURE !== 0;
}

/** A promise of that place gave something that works later, or something plain. */
export function learn(place: object, lazy: boolean): void {
  const facts = known.get(place);
  if (facts === undefined) known.set(place, { plain: 1, lazy });
  else if (lazy) facts.lazy = true;
  else facts.plain += 1;
}
