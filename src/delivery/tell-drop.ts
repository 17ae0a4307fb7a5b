import { messageOf } from '../base/errors.js';
import { quietly } from '../base/quietly.js';
import { debug } from '../base/warn.js';
import type { Drop } from './contract.js';

/** Tells the program of a loss. What its callback throws, or rejects with, is not delivery's concern. */
export function tellDrop(onDrop: ((drop: Drop) => void) | undefined, drop: Drop): void {
  if (onDrop === undefined) return;
  quietly(
    () => onDrop(drop),
    (error) => debug(`onDrop failed: ${messageOf(error)}`),
  );
}
