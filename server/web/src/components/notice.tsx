import { type FormEvent, type ReactNode, useState } from 'react';
import { accessKey } from '../access-key.js';
import type { ApiError } from '../api.js';
import { useRefusing } from '../hooks/use-live.js';
import { live } from '../live.js';

interface NoticeProps {
  readonly error: ApiError;
  readonly retry: () => void;
  /** What else to try where what was asked for is refused. */
  readonly hint?: ReactNode;
}

function KeyForm({ retry }: { readonly retry: () => void }) {
  const [key, setKey] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    accessKey.set(key.trim());
    retry();
    live.retry();
  };
  return (
    <form className="key-form" onSubmit={submit}>
      <input
        type="password"
        value={key}
        onChange={(event) => setKey(event.target.value)}
        aria-label="Key"
        autoComplete="off"
        placeholder="Key"
      />
      <button type="submit" className="button">
        Open
      </button>
    </form>
  );
}

/** Says what went wrong and what can be done about it. */
export function Notice({ error, retry, hint }: NoticeProps) {
  if (error.kind === 'key') {
    return (
      <div className="notice" role="alert">
        <h2>This server asks for a key</h2>
        {accessKey.get() && <p>The key that was given does not open this page: {error.message}.</p>}
        <p>It was started with HH_LOCAL_KEYS; this page needs a key that may read. The key stays in this tab.</p>
        <KeyForm retry={retry} />
      </div>
    );
  }
  const isGone = error.kind === 'gone';
  return (
    <div className="notice" role="alert">
      <h2>{isGone ? 'The server does not answer' : 'That did not work'}</h2>
      <p>
        {isGone ? 'Is honeyhive-local still running? The page goes on by itself as soon as it is back.' : error.message}
      </p>
      {error.kind === 'refused' && hint}
      <button
        type="button"
        className="button"
        onClick={() => {
          retry();
          live.retry();
        }}
      >
        Try again
      </button>
    </div>
  );
}

/** The same in one line, above what is already on screen. */
export function NoticeBar({ error, retry, hint }: NoticeProps) {
  return (
    <div className="notice-bar" role="alert">
      <span>
        {error.kind === 'gone' ? 'The server does not answer; what you see may be out of date.' : error.message}
      </span>
      <button
        type="button"
        className="link-button"
        onClick={() => {
          retry();
          live.retry();
        }}
      >
        Try again
      </button>
      {error.kind === 'refused' && hint}
    </div>
  );
}

/** Above every page while the server has no room for what arrives. */
export function FullBar() {
  const refusing = useRefusing();
  if (refusing === null) return null;
  return (
    <div className="notice-bar" role="alert">
      <span>
        New spans cannot be stored ({refusing}). Senders are asked to try again; what was acknowledged is safe. Make
        room on the disk, or run <code>honeyhive-local prune</code>.
      </span>
    </div>
  );
}
