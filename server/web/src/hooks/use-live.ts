import { useEffect, useRef, useSyncExternalStore } from 'react';
import { type Change, type LiveState, live } from '../live.js';

export function useLiveState(): LiveState {
  return useSyncExternalStore(live.onState, live.state);
}

/** Why the server cannot store what arrives, or null. */
export function useRefusing(): string | null {
  return useSyncExternalStore(live.onState, live.refusing);
}

/** Calls the newest `onChange` whenever the server has something new. */
export function useLiveChanges(onChange: (change: Change) => void): void {
  const newest = useRef(onChange);
  useEffect(() => {
    newest.current = onChange;
  });
  useEffect(() => live.onChange((change) => newest.current(change)), []);
}
