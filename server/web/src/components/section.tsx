import { type ReactNode, useState } from 'react';
import { chatMessage, copyText } from '../json.js';
import type { Fields } from '../read.js';
import { remember, remembered } from '../remember.js';
import { CopyButton } from './copy-button.js';
import { Icon } from './icon.js';
import { Message, ValueView } from './value-view.js';

interface SectionProps {
  readonly title: string;
  readonly count?: number;
  /** What the section's copy button gives. */
  readonly copied?: unknown;
  readonly startsOpen?: boolean;
  readonly children: ReactNode;
}

/** A part of the panel that folds; each remembers whether its reader wants it open. */
export function Section({ title, count, copied, startsOpen = true, children }: SectionProps) {
  const setting = `section.${title}`;
  const [open, setOpen] = useState(() => (remembered(setting) ?? (startsOpen ? 'open' : 'closed')) === 'open');
  const toggle = () => {
    remember(setting, open ? 'closed' : 'open');
    setOpen(!open);
  };
  return (
    <section className="section">
      <header className="section-head">
        <h3>
          <button type="button" className="section-toggle" aria-expanded={open} onClick={toggle}>
            <Icon name="caret" />
            {title}
            {count !== undefined && <span className="section-count">{count}</span>}
          </button>
        </h3>
        {copied !== undefined && <CopyButton text={() => copyText(copied)} label={`Copy ${title.toLowerCase()}`} />}
      </header>
      {open && <div className="section-body">{children}</div>}
    </section>
  );
}

interface FieldsSectionProps {
  readonly title: string;
  readonly fields: Fields;
  readonly startsOpen?: boolean;
}

/** A namespace: inputs, metadata, and so on. Nothing where it is empty. */
export function FieldsSection({ title, fields, startsOpen = true }: FieldsSectionProps) {
  const entries = Object.entries(fields);
  if (entries.length === 0) return null;
  const message = chatMessage(fields);
  if (message) {
    return (
      <Section title={title} copied={fields} startsOpen={startsOpen}>
        <Message message={message} />
      </Section>
    );
  }
  const isFlat = entries.every(([, value]) => typeof value !== 'object' && String(value).length < 60);
  return (
    <Section title={title} count={entries.length} copied={fields} startsOpen={startsOpen}>
      <dl className={isFlat ? 'fields fields-flat' : 'fields'}>
        {entries.map(([name, value]) => (
          <div className="field" key={name}>
            <dt>{name}</dt>
            <dd>
              <ValueView value={value} />
            </dd>
          </div>
        ))}
      </dl>
    </Section>
  );
}
