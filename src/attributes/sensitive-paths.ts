/** Paths relative to the value of that name; those that begin with the name are taken as well. */
export function pathsBelow(name: string, sensitive: readonly string[]): ReadonlySet<string> {
  const paths = new Set<string>();
  for (const path of sensitive) {
    paths.add(path === name ? '' : path);
    if (path.startsWith(`${name}.`)) paths.add(path.slice(name.length + 1));
  }
  return paths;
}

/** List indexes may be left out of a sensitive path: `users.ssn` masks the one of every user. */
export function isSensitive(path: string, paths: ReadonlySet<string>): boolean {
  return paths.has(path) || paths.has(path.replace(/(?:^|\.)\d+(?=\.|$)/g, '').replace(/^\./, ''));
}
