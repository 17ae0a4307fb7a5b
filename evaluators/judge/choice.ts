import type { EvaluatorReport } from '../base.js';
import { mean } from '../mean.js';
import type { Asking } from './ask.js';
import type { Question } from './prompts/compose.js';
import { majority, spread } from './samples.js';
import { objectOf, text } from './schema.js';

/** A closed question: the labels to choose from, each with its score. */
export interface Choice {
  readonly task: string;
  readonly material: Question['material'];
  readonly choices: Readonly<Record<string, number>>;
  /** Whether a low score is the good one; decides which label wins a tie of votes. */
  readonly lowIsGood?: boolean;
}

interface Chosen {
  readonly reasoning: string;
  readonly choice: string;
}

/**
 * Lets the judge reason and then choose one label; the score is the label's, looked up here. Of several samples the
 * label with most votes counts, and `agreement`, `mean_score` and `spread` say how united they were.
 */
export async function choose(asking: Asking, { task, material, choices, lowIsGood }: Choice): Promise<EvaluatorReport> {
  const labels = Object.keys(choices);
  const schema = objectOf({
    reasoning: text('What speaks for and against, step by step, before choosing.'),
    choice: text('The label that follows from the reasoning.', labels),
  });
  const answers = await asking.askSamples<Chosen>({ task, material, schema });
  const scoreOf = (label: string) => choices[label] as number;
  const label = majority(
    answers.map((answer) => answer.choice),
    (one) => (lowIsGood ? -scoreOf(one) : scoreOf(one)),
  );
  const scores = answers.map((answer) => scoreOf(answer.choice));
  const votes = answers.filter((answer) => answer.choice === label);
  return {
    score: scoreOf(label),
    label,
    feedback: (votes[0] as Chosen).reasoning,
    metrics:
      answers.length === 1
        ? {}
        : { agreement: votes.length / answers.length, mean_score: mean(scores), spread: spread(scores) },
    metadata: { votes: answers.map((answer) => answer.choice) },
  };
}
