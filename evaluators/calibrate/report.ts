import type { Figure } from './bootstrap.js';
import type { Confusion } from './confusion.js';

/** What the report prints. */
export interface ReportFacts {
  readonly evaluator: string;
  readonly total: number;
  readonly n: number;
  readonly unscored: Readonly<Record<string, number>>;
  readonly figures: readonly (readonly [name: string, figure: Figure | null, why: string])[];
  readonly confusion: Confusion | null;
  readonly notes: readonly string[];
}

/** The calibration as a page of plain text: figures with intervals, the confusion table, what was left out and why. */
export function report(facts: ReportFacts): string {
  const width = Math.max(...facts.figures.map(([name]) => name.length));
  const lines = [`Calibration of ${facts.evaluator}: ${facts.n} of ${facts.total} rows compared`];
  for (const [reason, count] of Object.entries(facts.unscored)) lines.push(`  left out: ${count} x ${reason}`);
  lines.push('');
  for (const [name, figure, why] of facts.figures) {
    lines.push(`  ${name.padEnd(width)}  ${figure === null ? `-  (${why})` : showFigure(figure)}`);
  }
  if (facts.confusion !== null && facts.confusion.labels.length > 0) lines.push('', ...table(facts.confusion));
  if (facts.notes.length > 0) lines.push('', ...facts.notes.map((note) => `  ${note}`));
  return lines.join('\n');
}

function showFigure({ value, low, high }: Figure): string {
  const interval = low === null || high === null ? '' : `  [${low.toFixed(3)}, ${high.toFixed(3)}]`;
  return `${value.toFixed(3)}${interval}`;
}

function table({ labels, counts }: Confusion): string[] {
  const names = labels.map((label) => (label.length > 20 ? `${label.slice(0, 19)}…` : label));
  const cells = counts.map((row) => row.map(String));
  const widths = names.map((name, j) => Math.max(name.length, ...cells.map((row) => (row[j] as string).length)));
  const side = Math.max('human'.length, ...names.map((name) => name.length));
  const head = `  ${'human'.padEnd(side)} | ${names.map((name, j) => name.padStart(widths[j] as number)).join('  ')}   (columns: evaluator)`;
  const rows = cells.map(
    (row, i) =>
      `  ${(names[i] as string).padEnd(side)} | ${row.map((cell, j) => cell.padStart(widths[j] as number)).join('  ')}`,
  );
  return [head, `  ${'-'.repeat(side)}-+-${'-'.repeat(widths.reduce((sum, w) => sum + w + 2, -2))}`, ...rows];
}
