import { warn } from '../../src/base/warn.js';

/** What one evaluator may still spend on its judge. Calls under way count as dear as the dearest so far. */
export interface Budget {
  /** Takes a place for a call; false where the money is spent. */
  enter(): boolean;
  /** The call is over. An answer without a cost is one whose price is not known; no answer usually costs nothing. */
  leave(costUsd: number | undefined, answered: boolean): void;
}

/** A budget of `maxUsd` US dollars over the evaluator's life; without it, every call may go. */
export function newBudget(name: string, maxUsd: number | undefined): Budget {
  let spent = 0;
  let dearest = 0;
  let underWay = 0;
  return {
    enter() {
      if (maxUsd !== undefined && spent + underWay * dearest >= maxUsd) return false;
      underWay += 1;
      return true;
    },
    leave(costUsd, answered) {
      underWay -= 1;
      if (costUsd === undefined) {
        if (maxUsd !== undefined && answered) {
          warn(
            `judge:${name}:price`,
            `evaluator "${name}": maxCostUsd cannot be kept, since the judge's replies have no cost. Give configureJudge a price.`,
          );
        }
        return;
      }
      spent += costUsd;
      dearest = Math.max(dearest, costUsd);
    },
  };
}
