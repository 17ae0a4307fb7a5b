import { formatPlural, formatScore } from '../format.js';
import type { MeanScore } from '../session.js';
import { isScored, type SpanScore } from '../span.js';
import { scoreTone } from '../tone.js';

interface ChipProps {
  readonly name: string;
  readonly value: string;
  readonly tone: string;
  readonly title: string;
}

function Chip({ name, value, tone, title }: ChipProps) {
  return (
    <span className={`chip score-${tone}`} title={title}>
      <span className="chip-name">{shortName(name)}</span>
      <span className="chip-value">{value}</span>
    </span>
  );
}

/** `multi.child` is one evaluator of several: in the little room of a chip its own name says more; the title has both. */
function shortName(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1);
}

/** An evaluator's mean over a session. */
export function MeanChip({ score }: { readonly score: MeanScore }) {
  const value = formatScore(score.mean);
  const title = `${score.name}: mean ${value} of ${formatPlural(score.count, 'score')}`;
  return <Chip name={score.name} value={value} tone={scoreTone(score.mean)} title={title} />;
}

/** An evaluator's score on one span. */
export function SpanChip({ score }: { readonly score: SpanScore }) {
  const value = score.score !== null ? formatScore(score.score) : verdict(score);
  return (
    <Chip
      name={score.name}
      value={value}
      tone={scoreTone(score.score, score.passed)}
      title={`${score.name}: ${value}`}
    />
  );
}

function verdict(score: SpanScore): string {
  if (!isScored(score)) return 'not scored';
  return score.passed ? 'pass' : 'fail';
}

/** The first few chips, and how many more there are. */
export function ChipRow({ chips, most }: { readonly chips: readonly React.ReactElement[]; readonly most: number }) {
  if (chips.length === 0) return null;
  const hidden = chips.length > most ? chips.slice(most) : [];
  return (
    <span className="chips">
      {chips.slice(0, most)}
      {hidden.length > 0 && <span className="chip-more">+{hidden.length}</span>}
    </span>
  );
}
