import type { SpanError, SpanStatus } from '../span.js';
import { Icon } from './icon.js';
import { LongText } from './long-text.js';
import { Section } from './section.js';

interface ErrorSectionProps {
  readonly error: SpanError | null;
  readonly status: SpanStatus;
  readonly statusMessage: string | null;
}

/** The message without the type in front of it, which the box's title says already. */
function withoutType(message: string, type: string | null): string {
  return type && message.startsWith(`${type}: `) ? message.slice(type.length + 2) : message;
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
          <span className="error-name">{error?.type ?? 'Error'}</span>
        </div>
        <LongText text={withoutType(message, error?.type ?? null)} />
        {stack && (
          <div className="error-stack">
            <LongText text={stack} mono />
          </div>
        )}
      </div>
    </Section>
  );
}
