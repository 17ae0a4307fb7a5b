/** The ES2024 methods that Node has since version 20. */
interface WellFormed {
  isWellFormed(): boolean;
  toWellFormed(): string;
}

/** `text` with every lone surrogate replaced by U+FFFD, so that JSON and protobuf carry the same text. */
export function wellFormed(text: string): string {
  const known = text as unknown as WellFormed;
  return known.isWellFormed() ? text : known.toWellFormed();
}

/**
 * `text` in at most `max` UTF-16 code units, cut on a code point; what is left out is said at the end.
 * `total` is the length of the whole text where `text` itself is only the head of it.
 */
export function cut(text: string, max: number, total: number = text.length): string {
  if (total <= max && text.length <= max) return text;
  const longest = notice(total);
  const room = max - longest.length;
  if (room <= 0) return own(head(text, Math.max(0, max)));
  const kept = head(text, room);
  return own(kept + notice(Math.max(0, total - kept.length)));
}

function notice(count: number): string {
  return `… [${count} characters left out]`;
}

/** The first `length` code units, one less where that would split a surrogate pair. */
export function head(text: string, length: number): string {
  if (text.length <= length) return text;
  const last = text.charCodeAt(length - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? length - 1 : length);
}

/** A copy: a slice of a string keeps the whole string alive, which may be hundreds of megabytes. */
function own(text: string): string {
  return text.length > 32 ? Buffer.from(text, 'utf8').toString('utf8') : text;
}
