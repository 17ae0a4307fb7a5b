const longInteger = /\d{16}/;
/** Texts, which are left alone, and numbers. */
const scalars = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*/g;

/** What valid JSON says, with the integers that a double would round as text. Throws as `JSON.parse` does. */
export function exactJson(text: string): unknown {
  const parsed: unknown = JSON.parse(text);
  if (!longInteger.test(text)) return parsed;
  return JSON.parse(
    text.replace(scalars, (scalar) =>
      /^-?\d{16,}$/.test(scalar) && !Number.isSafeInteger(Number(scalar)) ? `"${scalar}"` : scalar,
    ),
  );
}
