import { useState } from 'react';
import { briefOf } from '../brief.js';
import { formatCount, formatPlural } from '../format.js';
import { entriesOf } from '../json.js';
import { Icon } from './icon.js';
import { LongText } from './long-text.js';

/** Lists show this many entries first, and as many more at each press. */
const portion = 100;
/** Values with at most this many entries start open, down to the second level. */
const openUpTo = 24;

function Scalar({ value }: { readonly value: unknown }) {
  if (typeof value === 'string') return <LongText text={value === '' ? '""' : value} mono />;
  const kind = value === null ? 'null' : typeof value;
  return <span className={`scalar scalar-${kind}`}>{String(value)}</span>;
}

function Entries({ value, depth }: { readonly value: object; readonly depth: number }) {
  const [shown, setShown] = useState(portion);
  const entries = entriesOf(value);
  const left = entries.length - shown;
  return (
    <ul className="json-entries">
      {entries.slice(0, shown).map(([name, item]) => (
        <Entry key={name} name={name} value={item} depth={depth} />
      ))}
      {left > 0 && (
        <li>
          <button type="button" className="fold" onClick={() => setShown(shown + portion)}>
            Show {formatCount(Math.min(left, portion))} of {formatCount(left)} more
          </button>
        </li>
      )}
    </ul>
  );
}

function Entry({ name, value, depth }: { readonly name: string; readonly value: unknown; readonly depth: number }) {
  const isBranch = typeof value === 'object' && value !== null;
  const size = isBranch ? (Array.isArray(value) ? value.length : Object.keys(value).length) : 0;
  const [open, setOpen] = useState(depth < 2 && size <= openUpTo);
  if (!isBranch) {
    return (
      <li className="json-entry">
        <span className="json-key">{name}</span>
        <Scalar value={value} />
      </li>
    );
  }
  const what = Array.isArray(value) ? formatPlural(size, 'item') : formatPlural(size, 'key');
  return (
    <li className="json-entry json-branch">
      <button
        type="button"
        className="json-toggle"
        aria-expanded={open}
        disabled={size === 0}
        onClick={() => setOpen(!open)}
      >
        <Icon name="caret" />
        <span className="json-key">{name}</span>
        <span className="json-size">{what}</span>
        {!open && size > 0 && <span className="json-brief">{briefOf(value, 90)}</span>}
      </button>
      {open && size > 0 && <Entries value={value} depth={depth + 1} />}
    </li>
  );
}

/** A value one can open and close. Closed parts cost nothing, so that size and depth have no limit. */
export function JsonTree({ value }: { readonly value: object }) {
  return (
    <div className="json">
      <Entries value={value} depth={0} />
    </div>
  );
}
