/** Small settings of the reader: kept by the browser where it allows that, else until the next load. */
const inMemory = new Map<string, string>();
const slot = (name: string) => `honeyhive-local.${name}`;

export function remembered(name: string): string | null {
  try {
    return localStorage.getItem(slot(name)) ?? inMemory.get(name) ?? null;
  } catch {
    return inMemory.get(name) ?? null;
  }
}

export function remember(name: string, value: string): void {
  inMemory.set(name, value);
  try {
    localStorage.setItem(slot(name), value);
  } catch {
    // Kept in memory.
  }
}
