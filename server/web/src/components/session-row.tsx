// biome-ignore-all lint/a11y/useSemanticElements: a virtual list places its rows itself, which table elements do not allow.
// biome-ignore-all lint/a11y/useFocusableInteractive: the link in each row takes the focus.
import { memo } from 'react';
import { briefOf } from '../brief.js';
import {
  formatCompact,
  formatCost,
  formatCount,
  formatDuration,
  formatExact,
  formatMoment,
  NOTHING,
} from '../format.js';
import { sessionPath } from '../route.js';
import { isRunning, type Session, sessionTitle, userOf } from '../session.js';
import { Link } from './link.js';
import { ChipRow, MeanChip } from './score-chip.js';

interface SessionRowProps {
  readonly session: Session;
  readonly index: number;
  readonly top: number;
}

/** Where nobody named a source: not worth a word in each row. */
const usualSources = new Set(['dev', 'unknown']);

/** What the session is about, in a line: what went in, else what came out. */
function previewOf(session: Session): string {
  return briefOf(session.inputs) || session.firstInput || briefOf(session.outputs) || session.lastOutput;
}

function durationOf(session: Session): string {
  if (session.spanCount === 0) return NOTHING;
  return isRunning(session) ? 'running' : formatDuration(session.durationMs);
}

function SessionRowView({ session, index, top }: SessionRowProps) {
  const preview = previewOf(session);
  const user = userOf(session);
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      data-index={index}
      className="session-row"
      style={{ transform: `translateY(${top}px)` }}
    >
      <span role="cell" className="session-name">
        <span className="session-line">
          <Link to={sessionPath(session.sessionId)} className="row-link">
            <bdi>{sessionTitle(session)}</bdi>
          </Link>
          {session.source && !usualSources.has(session.source) && <span className="badge">{session.source}</span>}
        </span>
        {preview && <bdi className="session-preview">{preview}</bdi>}
      </span>
      <span role="cell" className="session-user" title={user ?? undefined}>
        <bdi>{user ?? NOTHING}</bdi>
      </span>
      <span role="cell" title={formatExact(session.startTime)}>
        {formatMoment(session.startTime)}
      </span>
      <span role="cell" className="number">
        {durationOf(session)}
      </span>
      <span role="cell" className="number">
        {formatCount(session.spanCount)}
      </span>
      <span role="cell" className="number">
        {session.errorCount > 0 ? <span className="error-count">{formatCount(session.errorCount)}</span> : NOTHING}
      </span>
      <span role="cell" className="number optional">
        {session.tokens ? formatCompact(session.tokens.total) : NOTHING}
      </span>
      <span role="cell" className="number optional">
        {session.costUsd ? formatCost(session.costUsd) : NOTHING}
      </span>
      <span role="cell" className="wide">
        <ChipRow most={3} chips={session.scores.map((score) => <MeanChip key={score.name} score={score} />)} />
      </span>
    </div>
  );
}

export const SessionRow = memo(SessionRowView);
