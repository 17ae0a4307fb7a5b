import { useEffect, useState } from 'react';
import { copy } from '../copy.js';
import { Icon } from './icon.js';

interface CopyButtonProps {
  /** Asked for when the button is pressed, so that big values are only turned into text then. */
  readonly text: () => string;
  readonly label: string;
  readonly caption?: string;
}

export function CopyButton({ text, label, caption }: CopyButtonProps) {
  const [outcome, setOutcome] = useState<'copied' | 'refused' | null>(null);
  useEffect(() => {
    if (!outcome) return;
    const timer = setTimeout(() => setOutcome(null), 1_500);
    return () => clearTimeout(timer);
  }, [outcome]);

  const said = outcome === 'copied' ? 'Copied' : outcome === 'refused' ? 'The browser refused' : label;
  return (
    <button
      type="button"
      className="quiet-button"
      title={said}
      aria-label={said}
      onClick={async () => setOutcome((await copy(text())) ? 'copied' : 'refused')}
    >
      <Icon name={outcome === 'copied' ? 'check' : outcome === 'refused' ? 'cross' : 'copy'} />
      {caption && <span>{caption}</span>}
    </button>
  );
}
