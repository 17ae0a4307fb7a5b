type Follower = (reason: unknown) => void;

const relays = new WeakMap<AbortSignal, Set<Follower>>();

/**
 * Calls `follower` when `signal` is aborted, at once where it already is; gives what ends that. However many follow,
 * the signal has one listener: Node warns of a leak from the eleventh.
 */
export function onAbort(signal: AbortSignal, follower: Follower): () => void {
  if (signal.aborted) {
    follower(signal.reason);
    return () => undefined;
  }
  const followers = relays.get(signal) ?? relay(signal);
  followers.add(follower);
  return () => followers.delete(follower);
}

function relay(signal: AbortSignal): Set<Follower> {
  const followers = new Set<Follower>();
  relays.set(signal, followers);
  const pass = (): void => {
    for (const follower of [...followers]) follower(signal.reason);
  };
  signal.addEventListener('abort', pass, { once: true });
  return followers;
}
