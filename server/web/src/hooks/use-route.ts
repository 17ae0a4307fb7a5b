import { useMemo, useSyncExternalStore } from 'react';
import { parseRoute, type Route } from '../route.js';

const watchers = new Set<() => void>();

function subscribe(watcher: () => void): () => void {
  watchers.add(watcher);
  addEventListener('popstate', watcher);
  return () => {
    watchers.delete(watcher);
    removeEventListener('popstate', watcher);
  };
}

/** Goes to another address of the page. `replace` leaves no step to go back to. */
export function navigate(path: string, { replace = false } = {}): void {
  if (path === location.pathname + location.search) return;
  if (replace) history.replaceState(null, '', path);
  else history.pushState(null, '', path);
  for (const watcher of watchers) watcher();
}

export function useRoute(): Route {
  const address = useSyncExternalStore(subscribe, () => location.pathname + location.search);
  return useMemo(() => {
    const at = address.indexOf('?');
    return at < 0 ? parseRoute(address, '') : parseRoute(address.slice(0, at), address.slice(at));
  }, [address]);
}
