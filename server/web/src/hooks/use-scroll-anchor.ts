import { type RefObject, useLayoutEffect, useRef } from 'react';

/**
 * Keeps the rows on screen where they are when others come or go above them. At the very top nothing is held, so that
 * what is new shows.
 */
export function useScrollAnchor(box: RefObject<HTMLElement | null>, keys: readonly string[], rowHeight: number): void {
  const before = useRef(keys);
  useLayoutEffect(() => {
    const old = before.current;
    before.current = keys;
    const element = box.current;
    if (!element || old === keys || element.scrollTop < 2) return;
    const at = Math.floor(element.scrollTop / rowHeight);
    const key = old[at];
    if (key === undefined || keys[at] === key) return;
    const now = keys.indexOf(key);
    if (now >= 0) element.scrollTop += (now - at) * rowHeight;
  }, [box, keys, rowHeight]);
}
