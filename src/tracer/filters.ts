import type { SpanFilters } from '../config/options.js';

/** Whether a span of that name leaves the process: prefixes count on dot borders, `exclude` wins over `include`. */
export function nameFilter(filters: SpanFilters | undefined): (name: string) => boolean {
  const { include = [], exclude = [] } = filters ?? {};
  if (include.length === 0 && exclude.length === 0) return () => true;
  const matches = (name: string, prefix: string): boolean =>
    name.startsWith(prefix) && (name.length === prefix.length || prefix.endsWith('.') || name[prefix.length] === '.');
  return (name) =>
    (include.length === 0 || include.some((prefix) => matches(name, prefix))) &&
    !exclude.some((prefix) => matches(name, prefix));
}
