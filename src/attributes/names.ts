/** Names kept for the next time; past that, all are forgotten and the most used ones soon come back. */
const MAX_NAMES = 8_192;
const MAX_KEY = 128;

let roots = new Map<string, AttributeName>();
let kept = 0;

/**
 * The name of a flattened attribute and, by key, the names below it. The same objects come by again and again: putting
 * their names together anew would cost more than everything else that is done for a leaf.
 */
export class AttributeName {
  readonly text: string;
  /** What stands behind the last dot. */
  readonly last: string;
  #below: Map<string | number, AttributeName> | undefined;

  constructor(text: string) {
    this.text = text;
    this.last = text.slice(text.lastIndexOf('.') + 1);
  }

  below(key: string | number): AttributeName {
    const known = this.#below?.get(key);
    if (known !== undefined) return known;
    const name = new AttributeName(`${this.text}.${key}`);
    if (typeof key === 'string' && key.length > MAX_KEY) return name;
    this.#below ??= new Map();
    this.#below.set(key, name);
    count();
    return name;
  }
}

export function nameFor(prefix: string): AttributeName {
  let name = roots.get(prefix);
  if (name === undefined) {
    name = new AttributeName(prefix);
    if (prefix.length > MAX_KEY) return name;
    roots.set(prefix, name);
    count();
  }
  return name;
}

function count(): void {
  kept += 1;
  if (kept <= MAX_NAMES) return;
  roots = new Map();
  kept = 0;
}
