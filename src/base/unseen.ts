/** How much {@link unseen} work is going on, one inside the other; counted in place where a closure would cost too much. */
export const unseenWork = { depth: 0 };

/**
 * Runs code of the user's that the program did not call at this point, such as a getter of what is captured: what is
 * traced in it is no call of the program, and makes no span.
 */
export function unseen<T>(work: () => T): T {
  unseenWork.depth += 1;
  try {
    return work();
  } finally {
    unseenWork.depth -= 1;
  }
}

/** Whether {@link unseen} work is going on. */
export function isUnseen(): boolean {
  return unseenWork.depth > 0;
}
