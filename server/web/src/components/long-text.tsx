import { useState } from 'react';
import { formatCount } from '../format.js';

const firstLength = 700;
const firstLines = 12;
/** Each press shows this much more: a browser lays out megabytes of text slowly. */
const step = 20_000;

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

/** Text as it is, never as markup; long ones fold. */
export function LongText({ text, mono = false }: { readonly text: string; readonly mono?: boolean }) {
  const folded = foldedLength(text);
  const [shown, setShown] = useState(folded);
  const end = Math.max(shown, folded);
  const left = text.length - end;
  return (
    <div className={mono ? 'text mono' : 'text'} dir="auto">
      {left > 0 ? text.slice(0, end) : text}
      {left > 0 && (
        <button type="button" className="fold" onClick={() => setShown(foldedLength(text, end + step, Number.POSITIVE_INFINITY))}>
          {left <= step ? `Show ${formatCount(left)} more characters` : `Show ${formatCount(step)} of ${formatCount(left)} more characters`}
        </button>
      )}
      {left <= 0 && text.length > folded && (
        <button type="button" className="fold" onClick={() => setShown(folded)}>
          Fold
        </button>
      )}
    </div>
  );
}
