import type { Scoreboard } from './scoreboard.js';

const pad = (cells: readonly string[], widths: readonly number[]): string =>
  `  ${cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0))).join('   ')}`;

/** Rows of text under a heading, columns aligned. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const [head = [], ...body] = rows;
  return [
    pad(head, widths),
    `  ${'-'.repeat(widths.reduce((sum, width) => sum + width + 3, -3))}`,
    ...body.map((row) => pad(row, widths)),
  ];
}

/** What happened, as a short table for people. */
export function summary(
  run: { questions: number; errors: number; sessions: number; spans: number; seconds: number },
  scores: Scoreboard,
): string {
  const number = (value: number) => value.toLocaleString('en-US');
  const rows = scores.rows.map(({ name, mean, count }) => [name, mean.toFixed(3), number(count)]);
  return [
    `  ${number(run.questions)} questions, ${number(run.errors)} errors, ${number(run.sessions)} sessions, ${number(run.spans)} spans, ${run.seconds.toFixed(1)} s`,
    '',
    ...table([['score', 'mean', 'count'], ...rows]),
  ].join('\n');
}
