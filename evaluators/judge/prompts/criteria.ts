/** One aspect of quality, scored from 1 to 5. */
export interface Criterion {
  readonly name: string;
  /** What it means, in words. */
  readonly description: string;
  /** Share in the mean. Default 1. */
  readonly weight?: number | undefined;
}

const KNOWN: Readonly<Record<string, string>> = {
  accuracy:
    'Are the statements correct, as far as the material and general knowledge tell? Invented facts weigh heavily.',
  relevance: 'Does it address what the input asks for, without matter beside the point?',
  clarity: 'Is it easy to understand: well ordered, precise in its words, free of ambiguity?',
  completeness: 'Does it cover everything that the input asks for?',
  coherence: 'Do its parts fit together and follow from one another, without contradiction?',
  conciseness: 'Does it say what is needed without repetition or padding?',
  helpfulness: 'Could the person who asked act on it?',
  correctness: 'Is it right, measured by the reference where there is one?',
};

const ANCHORS = `1 = fails: the criterion is not met at all
2 = poor: met in small parts, with serious faults
3 = mixed: met in good part, with faults that matter
4 = good: met, with faults that hardly matter
5 = excellent: met fully, nothing to object to`;

/** The meaning of a criterion that is given by its name alone. */
export function describeCriterion(name: string): string {
  return KNOWN[name.toLowerCase()] ?? `How good is the output with regard to "${name}"?`;
}

/** The task: every criterion by itself, on one scale with anchors. */
export function criteriaTask(criteria: readonly (Criterion & { readonly key: string })[]): string {
  const list = criteria.map(({ key, name, description }) => `- "${key}" (${name}): ${description}`);
  return [
    'Score the OUTPUT on each criterion by itself; a weakness counts once, under the criterion it belongs to.',
    `Criteria:\n${list.join('\n')}`,
    `Scale for each:\n${ANCHORS}`,
  ].join('\n\n');
}
