/** What a text or value says as JSON, or why it says nothing. */
export type JsonReading =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly reason: string };

/**
 * A text is parsed (a byte order mark is skipped, a Markdown fence where `stripFences` says so); anything else is
 * taken as parsed already, if JSON has a form for it.
 */
export function readJson(value: unknown, stripFences = false): JsonReading {
  if (typeof value !== 'string') return readValue(value);
  const text = value.replace(/^\ufeff/, '');
  const fenced = stripFences ? /^\s*```[\w-]*\r?\n([\s\S]*?)\r?\n?```\s*$/.exec(text)?.[1] : undefined;
  try {
    return { ok: true, value: JSON.parse(fenced ?? text) as unknown };
  } catch (error) {
    return { ok: false, reason: `not JSON: ${(error as Error).message}` };
  }
}

function readValue(value: unknown): JsonReading {
  try {
    const text = JSON.stringify(value) as string | undefined;
    if (text === undefined) return { ok: false, reason: `not JSON: a ${typeof value}` };
    return { ok: true, value: JSON.parse(text) as unknown };
  } catch (error) {
    return { ok: false, reason: `not JSON: ${error instanceof Error ? error.message : 'unreadable'}` };
  }
}
