import { useLiveState } from '../hooks/use-live.js';
import type { LiveState } from '../live.js';
import { Link } from './link.js';

const words: Record<LiveState, [string, string]> = {
  connecting: ['Connecting', 'Connecting to the server'],
  live: ['Live', 'New spans show at once'],
  polling: ['Live', 'Asks for new spans every two seconds'],
  locked: ['No access', 'The server asks for a key'],
  gone: ['Offline', 'The server does not answer; trying again'],
  paused: ['Paused', 'Goes on when the tab is visible'],
};

function LiveMark() {
  const state = useLiveState();
  const [word, title] = words[state];
  return (
    <span className={`live live-${state}`} role="status" title={title}>
      <span className="live-dot" aria-hidden="true" />
      {word}
    </span>
  );
}

function Mark() {
  return (
    <svg className="mark" viewBox="0 0 32 32" aria-hidden="true">
      <rect className="mark-tile" width="32" height="32" rx="8" />
      <rect className="mark-bar" x="6" y="8" width="17" height="4" rx="2" />
      <rect className="mark-bar mark-bar-soft" x="10" y="14" width="10" height="4" rx="2" />
      <rect className="mark-bar" x="14" y="20" width="12" height="4" rx="2" />
    </svg>
  );
}

export function TopBar() {
  return (
    <header className="top">
      <Link to="/" className="brand">
        <Mark />
        honeyhive-local
      </Link>
      <span className="spacer" />
      <LiveMark />
    </header>
  );
}
