import { useState } from 'react';
import { foldedLength } from '../fold.js';
import { formatCount } from '../format.js';

/** Each press shows this much more: a browser lays out megabytes of text slowly. */
const step = 20_000;

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
        <button
          type="button"
          className="fold"
          onClick={() => setShown(foldedLength(text, end + step, Number.POSITIVE_INFINITY))}
        >
          {left <= step
            ? `Show ${formatCount(left)} more characters`
            : `Show ${formatCount(step)} of ${formatCount(left)} more characters`}
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
