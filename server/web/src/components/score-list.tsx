import { formatPlural, formatScore } from '../format.js';
import type { MeanScore } from '../session.js';
import { type Evaluation, isScored } from '../span.js';
import { scoreTone } from '../tone.js';
import { Icon } from './icon.js';
import { LongText } from './long-text.js';
import { Section } from './section.js';

/** A bar for scores between 0 and 1; other scales have no known end and get none. */
function ScoreBar({ score, tone }: { readonly score: number | null; readonly tone: string }) {
  const fits = score !== null && score >= 0 && score <= 1;
  return (
    <span className={`score-bar${score === null ? ' score-bar-none' : ''}`} aria-hidden="true">
      {fits && <span className={`score-fill fill-${tone}`} style={{ width: `${score * 100}%` }} />}
    </span>
  );
}

function Verdict({ passed }: { readonly passed: boolean | null }) {
  if (passed === null) return null;
  return (
    <span className={passed ? 'verdict verdict-pass' : 'verdict verdict-fail'}>
      <Icon name={passed ? 'check' : 'cross'} />
      {passed ? 'pass' : 'fail'}
    </span>
  );
}

const reasons: Record<string, string> = {
  error: 'the evaluator failed',
  timeout: 'the evaluator took too long',
  skipped: 'skipped',
};

function whyUnscored({ status, errorType }: Evaluation): string {
  const reason = status ? (reasons[status] ?? status) : 'no reason given';
  return errorType && errorType !== status ? `${reason} (${errorType})` : reason;
}

function ScoreItem({ evaluation }: { readonly evaluation: Evaluation }) {
  const { name, score, passed, label, explanation } = evaluation;
  const scored = isScored(evaluation) || label !== null;
  return (
    <li className="score">
      <div className="score-line">
        <span className="score-name">{name}</span>
        <ScoreBar score={score} tone={scoreTone(score, passed)} />
        <span className="score-value">{scored ? formatScore(score) : 'not scored'}</span>
        <Verdict passed={passed} />
        {label && <span className="badge">{label}</span>}
        {!scored && <span className="score-reason">{whyUnscored(evaluation)}</span>}
      </div>
      {explanation && (
        <div className="score-why">
          <LongText text={explanation} />
        </div>
      )}
    </li>
  );
}

/** What the evaluators said of a span. */
export function ScoreList({ evaluations }: { readonly evaluations: readonly Evaluation[] }) {
  if (evaluations.length === 0) return null;
  return (
    <Section title="Scores" count={evaluations.length} copied={evaluations}>
      <ul className="scores">
        {evaluations.map((evaluation, i) => (
          <ScoreItem key={[evaluation.name, i].join('/')} evaluation={evaluation} />
        ))}
      </ul>
    </Section>
  );
}

/** Each evaluator's mean over a session. */
export function MeanScores({ scores }: { readonly scores: readonly MeanScore[] }) {
  if (scores.length === 0) return null;
  return (
    <Section title="Mean scores" count={scores.length} copied={scores}>
      <ul className="scores">
        {scores.map(({ name, mean, count }) => (
          <li className="score" key={name}>
            <div className="score-line">
              <span className="score-name">{name}</span>
              <ScoreBar score={mean} tone={scoreTone(mean)} />
              <span className="score-value">{formatScore(mean)}</span>
              <span className="score-count">{formatPlural(count, 'score')}</span>
            </div>
          </li>
        ))}
      </ul>
    </Section>
  );
}
