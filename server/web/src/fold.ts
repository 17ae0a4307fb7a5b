const firstLength = 700;
const firstLines = 12;

/** How much of a text shows before it is unfolded; cut on a code point. */
export function foldedLength(text: string, most = firstLength, mostLines = firstLines): number {
  let end = Math.min(text.length, most);
  for (let at = -1, lines = 0; lines < mostLines; lines += 1) {
    at = text.indexOf('\n', at + 1);
    if (at < 0 || at >= end) break;
    if (lines === mostLines - 1) end = at;
  }
  // A little rest is not worth a button.
  if (text.length - end < 80 && text.length <= most) return text.length;
  const last = text.charCodeAt(end - 1);
  return end < text.length && last >= 0xd800 && last <= 0xdbff ? end - 1 : end;
}
