/** Well below what a server takes at once. */
const BODY_BYTES = 16 * 1024 * 1024;

/**
 * A file of lines in bodies that a server takes, cut at line ends, each with how many lines stand before it. What is no
 * file of lines, as JSON that was written out over several, stays in one piece.
 */
export function* importBodies(text: string): Generator<{ body: string; line: number }> {
  if (text.length <= BODY_BYTES / 4 || !isLines(text)) {
    yield { body: text, line: 0 };
    return;
  }
  let from = 0;
  let bytes = 0;
  let line = 0;
  let lines = 0;
  for (let at = 0; at < text.length; lines++) {
    const newline = text.indexOf('\n', at);
    const end = newline === -1 ? text.length : newline + 1;
    const size = Buffer.byteLength(text.slice(at, end));
    if (bytes > 0 && bytes + size > BODY_BYTES) {
      yield { body: text.slice(from, at), line };
      from = at;
      bytes = 0;
      line = lines;
    }
    bytes += size;
    at = end;
  }
  yield { body: text.slice(from), line };
}

function isLines(text: string): boolean {
  const [first = ''] = text.trimStart().split('\n', 1);
  try {
    JSON.parse(first);
    return true;
  } catch {
    return false;
  }
}
