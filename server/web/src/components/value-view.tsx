import { type ChatMessage, chatMessages, parsedText } from '../json.js';
import { JsonTree } from './json-tree.js';
import { LongText } from './long-text.js';

export function Message({ message }: { readonly message: ChatMessage }) {
  const { role, content, rest } = message;
  return (
    <div className={`message message-${['system', 'user', 'assistant', 'tool'].includes(role) ? role : 'other'}`}>
      <div className="message-role">{role}</div>
      {content !== undefined && content !== null && content !== '' && <ValueView value={content} />}
      {Object.keys(rest).length > 0 && <JsonTree value={rest} />}
    </div>
  );
}

/** Shows a value in the way it reads best: text as text, a conversation as messages, other things as a tree. */
export function ValueView({ value }: { readonly value: unknown }) {
  if (value === undefined || value === null) return <span className="scalar scalar-null">null</span>;
  if (typeof value === 'string') {
    const parsed = parsedText(value);
    if (parsed) return <ValueView value={parsed} />;
    return value === '' ? <span className="scalar scalar-null">empty text</span> : <LongText text={value} />;
  }
  if (typeof value !== 'object') return <span className={`scalar scalar-${typeof value}`}>{String(value)}</span>;
  const messages = chatMessages(value);
  if (messages) {
    // A message has no identity but its place.
    return (
      <div className="messages">
        {messages.map((message, i) => (
          <Message key={String(i)} message={message} />
        ))}
      </div>
    );
  }
  if (Object.keys(value).length === 0)
    return <span className="scalar scalar-null">{Array.isArray(value) ? '[]' : '{}'}</span>;
  return <JsonTree value={value} />;
}
