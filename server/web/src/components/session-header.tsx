import type { ReactNode } from 'react';
import {
  formatCost,
  formatCount,
  formatDuration,
  formatExact,
  formatMoment,
  formatPlural,
  shortId,
} from '../format.js';
import { keptList } from '../kept-list.js';
import { sessionsPath } from '../route.js';
import { type Session, sessionTitle, userOf } from '../session.js';
import { CopyButton } from './copy-button.js';
import { Icon } from './icon.js';
import { Link } from './link.js';
import { ChipRow, MeanChip } from './score-chip.js';

export function Fact({
  name,
  title,
  children,
}: {
  readonly name: string;
  readonly title?: string;
  readonly children: ReactNode;
}) {
  return (
    <div className="fact" title={title}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** What there is to know of a session at a glance. */
export function SessionHeader({ session, running }: { readonly session: Session; readonly running: boolean }) {
  const user = userOf(session);
  const { tokens } = session;
  const q = keptList.q();
  return (
    <div className="session-header">
      <div className="session-title">
        <Link to={sessionsPath(q)} className="back" title={q ? `Sessions that match “${q}”` : 'All sessions'}>
          <Icon name="back" />
          Sessions
        </Link>
        <h1>
          <bdi>{sessionTitle(session)}</bdi>
        </h1>
        <code className="id" title={session.sessionId}>
          {shortId(session.sessionId)}
        </code>
        <CopyButton text={() => session.sessionId} label="Copy session id" />
      </div>
      <dl className="facts">
        <Fact name="Started" title={formatExact(session.startTime)}>
          {formatMoment(session.startTime)}
        </Fact>
        <Fact name="Duration">{running ? 'running' : formatDuration(session.durationMs)}</Fact>
        <Fact name="Spans">{formatCount(session.spanCount)}</Fact>
        {session.modelCount > 0 && <Fact name="Model calls">{formatCount(session.modelCount)}</Fact>}
        {session.errorCount > 0 && (
          <Fact name="Errors">
            <span className="error-count">{formatCount(session.errorCount)}</span>
          </Fact>
        )}
        {tokens && (
          <Fact
            name="Tokens"
            title={`${formatPlural(tokens.prompt, 'token')} in, ${formatPlural(tokens.completion, 'token')} out`}
          >
            {formatCount(tokens.total)}
          </Fact>
        )}
        {session.costUsd !== null && session.costUsd > 0 && <Fact name="Cost">{formatCost(session.costUsd)}</Fact>}
        {user && (
          <Fact name="User">
            <bdi>{user}</bdi>
          </Fact>
        )}
        {session.project && (
          <Fact name="Project">
            <bdi>{session.project}</bdi>
          </Fact>
        )}
        {session.source && (
          <Fact name="Source">
            <bdi>{session.source}</bdi>
          </Fact>
        )}
        {session.scores.length > 0 && (
          <Fact name="Scores">
            <ChipRow most={6} chips={session.scores.map((score) => <MeanChip key={score.name} score={score} />)} />
          </Fact>
        )}
      </dl>
    </div>
  );
}
