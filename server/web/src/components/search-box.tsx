import { type KeyboardEvent, useEffect, useRef } from 'react';
import { Icon } from './icon.js';

interface SearchBoxProps {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly label: string;
  readonly hint: string;
  /** A key that brings the cursor here from anywhere on the page. */
  readonly hotkey: string;
  readonly small?: boolean;
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName))
  );
}

export function SearchBox({ value, onChange, label, hint, hotkey, small = false }: SearchBoxProps) {
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const focus = (event: globalThis.KeyboardEvent) => {
      if (event.key !== hotkey || event.metaKey || event.ctrlKey || event.altKey || isTyping(event.target)) return;
      event.preventDefault();
      input.current?.select();
    };
    addEventListener('keydown', focus);
    return () => removeEventListener('keydown', focus);
  }, [hotkey]);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    if (value) onChange('');
    else input.current?.blur();
  };
  return (
    <search className={small ? 'search search-small' : 'search'}>
      <Icon name="search" />
      <input
        ref={input}
        type="search"
        value={value}
        aria-label={label}
        placeholder={hint}
        spellCheck={false}
        autoComplete="off"
        maxLength={500}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={onKeyDown}
      />
      {!value && (
        <span className="hotkey" aria-hidden="true">
          {hotkey}
        </span>
      )}
    </search>
  );
}
