/** Addresses at which the page opens: those that `web/src/route.ts` knows. */
export const PAGES = ['/', '/sessions', '/sessions/:id'];
