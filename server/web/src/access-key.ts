const slot = 'honeyhive-local.key';

/** The server's key, kept for this tab only. Storage may be switched off, in which case it lasts until the next load. */
let inMemory: string | null = null;

export const accessKey = {
  get(): string | null {
    try {
      return sessionStorage.getItem(slot) ?? inMemory;
    } catch {
      return inMemory;
    }
  },
  set(key: string): void {
    inMemory = key;
    try {
      sessionStorage.setItem(slot, key);
    } catch {
      // Kept in memory.
    }
  },
};
