import type { Page } from './merge.js';

let kept: { readonly q: string; readonly page: Page | null; readonly scrollTop: number } = {
  q: '',
  page: null,
  scrollTop: 0,
};

/** The list as it was left for a session, so that one comes back to where one was. Lasts until the next load. */
export const keptList = {
  /** What was searched for last. */
  q: (): string => kept.q,
  /** What is loaded of this search, if it was the last one. */
  page: (q: string): Page | null => (kept.q === q ? kept.page : null),
  scrollTop: (): number => kept.scrollTop,
  keep(q: string, page: Page): void {
    kept = { q, page, scrollTop: kept.q === q ? kept.scrollTop : 0 };
  },
  keepScroll(scrollTop: number): void {
    kept = { ...kept, scrollTop };
  },
};
