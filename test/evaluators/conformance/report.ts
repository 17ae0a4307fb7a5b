import { different, operations } from './operations';
import { type Vector, vectorFile } from './vectors';

export interface Outcome {
  vector: Vector;
  got: unknown;
  agrees: boolean;
}

/** The vectors this package has an evaluator for. */
export const covered = vectorFile.vectors.filter(({ id, op }) => op in operations && !(id in different));

export async function outcomeOf(vector: Vector): Promise<Outcome> {
  const operation = operations[vector.op];
  if (!operation) throw new Error(`no operation for ${vector.op}`);
  const got = await operation.run(vector);
  return { vector, got, agrees: agrees(got, vector.expect, vector.tol ?? 1e-9) };
}

/** Fields that both sides name are compared; a vector of SQuAD also tells the v1 score, which is another definition. */
function agrees(got: unknown, expected: unknown, tolerance: number): boolean {
  if (typeof expected === 'number') return typeof got === 'number' && Math.abs(got - expected) <= tolerance;
  if (!isFields(expected)) return got === expected;
  if (!isFields(got)) return false;
  const common = Object.keys(expected).filter((key) => key in got);
  return common.length > 0 && common.every((key) => agrees(got[key], expected[key], tolerance));
}

/** The conformance table as Markdown. */
export function tableOf(outcomes: readonly Outcome[]): string {
  const families = [...new Set(outcomes.map(({ vector }) => vector.family))];
  const summary = families.map((family) => {
    const own = outcomes.filter(({ vector }) => vector.family === family);
    const through = [...new Set(own.map(({ vector }) => operations[vector.op]?.through))].join('; ');
    const sources = [...new Set(own.map(({ vector }) => sourceOf(vector)))].join('; ');
    return `| ${family} | ${through} | ${own.filter((o) => o.agrees).length} of ${own.length} | ${sources} |`;
  });
  const rows = outcomes.map(
    ({ vector, got, agrees: ok }) =>
      `| ${vector.id} | ${code(vector.in)} | ${code(vector.expect)} | ${code(got)} | ${vector.tol ?? 'exact'} | ${ok ? 'yes' : 'NO'} |`,
  );
  const missing = [...new Set(vectorFile.vectors.filter(({ op }) => !(op in operations)).map(({ op }) => op))];
  return [
    '# Conformance of the evaluators',
    '',
    'Generated from a run of `test/evaluators/conformance`; to write it anew: `UPDATE_CONFORMANCE=1 npx jest conformance`.',
    'The vectors, with source, licence and how each value was obtained, are in `test/vectors/eval-vectors.json`.',
    '',
    `${outcomes.filter((o) => o.agrees).length} of ${outcomes.length} vectors agree.`,
    '',
    '| family | through | agree | source |',
    '| --- | --- | --- | --- |',
    ...summary,
    '',
    `Not covered, since no evaluator here claims the definition: ${missing.sort().join(', ')}.`,
    ...Object.entries(different).map(([id, why]) => `Left out: ${id}, ${why}.`),
    '',
    '## Every vector',
    '',
    '| vector | given | expected | got | tolerance | agrees |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}

function sourceOf({ src }: Vector): string {
  const { repo, path, licence } = vectorFile.sources[src] ?? { repo: src, path: '', licence: '' };
  return repo === '-' ? path : `${repo}, ${path} (${licence})`;
}

/** Numbers to twelve digits, so that the table is the same on every machine. */
function code(value: unknown): string {
  const text = JSON.stringify(value, (_key, item: unknown) =>
    typeof item === 'number' ? Number(item.toPrecision(12)) : item,
  );
  const short = text.length > 160 ? `${[...text].slice(0, 160).join('')}…` : text;
  return `<code>${short.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('|', '&#124;').replaceAll('`', '&#96;')}</code>`;
}

function isFields(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
