import type { SpanError, SpanStatus } from '../span.js';
import { Icon } from './icon.js';
import { LongText } from './long-text.js';
import { Section } from './section.js';

interface ErrorSectionProps {
  readonly error: SpanError | null;
  readonly status: SpanStatus;
  readonly statusMessage: string | null;
}

/** Why a span failed. A failed span without a word still says that it failed. */
export function ErrorSection({ error, status, statusMessage }: ErrorSectionProps) {
  if (!error && status !== 'error') return null;
  const message = error?.message ?? statusMessage ?? 'The span failed without a message.';
  const stack = error?.stack ?? null;
  return (
    <Section title="Error" copied={stack ?? message}>
      <div className="error-box">
        <div className="error-title">
          <Icon name="error" />
          {error?.type ?? 'Error'}
        </div>
        <LongText text={message} />
        {stack && (
          <div className="error-stack">
            <LongText text={stack} mono />
          </div>
        )}
      </div>
    </Section>
  );
}
