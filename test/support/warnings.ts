/** Collects the package's lines on stderr instead of printing them. Each collection begins a new minute. */
export function collectWarnings(): { readonly lines: string[]; stop(): void } {
  const lines: string[] = [];
  const slots = (globalThis as Record<symbol, unknown>)[Symbol.for('honeyhive-decorators.v1')] as
    | { warn?: { last: Map<string, number> } }
    | undefined;
  slots?.warn?.last.clear();
  const original = process.stderr.write;
  process.stderr.write = ((chunk: unknown, ...rest: unknown[]) => {
    if (typeof chunk === 'string' && chunk.startsWith('[honeyhive]')) {
      lines.push(chunk.trimEnd());
      return true;
    }
    return Reflect.apply(original, process.stderr, [chunk, ...rest]) as boolean;
  }) as typeof process.stderr.write;
  return {
    lines,
    stop() {
      process.stderr.write = original;
    },
  };
}
