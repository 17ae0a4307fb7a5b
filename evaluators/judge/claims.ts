import type { EvaluatorReport } from '../base.js';
import { skip } from '../evaluator-return.js';
import type { Asking } from './ask.js';
import type { Question } from './prompts/compose.js';
import { isThere } from './prompts/material.js';
import { majority, spread } from './samples.js';
import { type ObjectSchema, objectOf, text } from './schema.js';

/** What claims are held against: sources that are shown, or the judge's own knowledge. */
export interface Evidence {
  readonly material: Question['material'];
  readonly rule: string;
}

type Verdict = 'supported' | 'contradicted' | 'unknown';

const MERIT: Record<Verdict, number> = { supported: 2, unknown: 1, contradicted: 0 };

const CLAIMS: ObjectSchema = objectOf({
  claims: { type: 'array', description: 'The atomic claims, in the order of the output.', items: text('One claim.') },
});

const VERDICTS: ObjectSchema = objectOf({
  verdicts: {
    type: 'array',
    description: 'One entry for each claim, in their order.',
    items: objectOf({
      claim: { type: 'integer', description: 'Number of the claim.' },
      reasoning: text('What the evidence says about it.'),
      verdict: text('What follows from that.', ['supported', 'contradicted', 'unknown'] satisfies Verdict[]),
    }),
  },
});

const SPLIT = `Split the OUTPUT into atomic factual claims. Each claim states one fact, can be checked by itself (put names in the place of pronouns) and says no more than the output does. Leave out opinions, questions, greetings, advice and statements about the conversation. Keep false claims as they are. Give an empty list where the output claims nothing.`;

interface Entry {
  readonly claim: number;
  readonly reasoning: string;
  readonly verdict: Verdict;
}

interface Judged {
  readonly verdicts: readonly Entry[];
}

/**
 * Share of the output's claims that the evidence supports: split first, without sight of the evidence, then each
 * claim verified (FActScore, Min et al. 2023). Skipped where the output claims nothing.
 */
export async function supportedShare(
  asking: Asking,
  input: unknown,
  output: unknown,
  evidence: Evidence,
  metadata: Record<string, unknown>,
): Promise<EvaluatorReport> {
  if (!isThere(output)) return skip('the output makes no claims', { metadata });
  const shown = [...(isThere(input) ? [['input', input] as const] : []), ['output', output] as const];
  const split = await asking.ask<{ claims: string[] }>({ task: SPLIT, material: shown, schema: CLAIMS });
  const claims = split.claims.map((claim) => claim.trim()).filter((claim) => claim !== '');
  if (claims.length === 0) return skip('the output makes no claims', { metadata });

  const samples = await asking.askSamples<Judged>({
    task: `Check each of the numbered CLAIMS. ${evidence.rule}`,
    material: [['claims', claims.map((claim, i) => `${i + 1}. ${oneLine(claim)}`).join('\n')], ...evidence.material],
    schema: VERDICTS,
    check: (answer) => misnumbered(answer as Judged, claims.length),
  });
  const table = samples.map((sample) => inOrder(sample, claims.length) as Entry[]);
  const verdicts = claims.map((claim, i) => {
    const votes = table.map((sample) => sample[i] as Entry);
    const verdict = majority(
      votes.map((vote) => vote.verdict),
      (one) => MERIT[one],
    );
    return { claim, verdict, reasoning: votes.find((vote) => vote.verdict === verdict)?.reasoning ?? '' };
  });
  const count = (verdict: Verdict) => verdicts.filter((one) => one.verdict === verdict).length;
  const shares = table.map((sample) => sample.filter((one) => one.verdict === 'supported').length / claims.length);
  return {
    score: count('supported') / claims.length,
    feedback: explain(verdicts),
    metrics: {
      claims: claims.length,
      supported: count('supported'),
      contradicted: count('contradicted'),
      unknown: count('unknown'),
      ...(samples.length === 1 ? {} : { spread: spread(shares) }),
    },
    metadata: { ...metadata, verdicts },
  };
}

/** The entries in the order of the claims; undefined where they do not stand for the claims one to one. */
function inOrder({ verdicts }: Judged, claims: number): readonly Entry[] | undefined {
  if (verdicts.length !== claims) return undefined;
  const sorted = [...verdicts].sort((a, b) => a.claim - b.claim);
  const first = (sorted[0] as Entry).claim;
  // Some models number from 0, and some write one number everywhere: then the place counts.
  if ((first === 0 || first === 1) && sorted.every((one, i) => one.claim === first + i)) return sorted;
  return verdicts.every((one) => one.claim === first) ? verdicts : undefined;
}

function misnumbered(answer: Judged, claims: number): string[] {
  if (inOrder(answer, claims) !== undefined) return [];
  const seen = JSON.stringify(answer.verdicts.map((one) => one.claim).slice(0, 50));
  return [`verdicts must have exactly one entry for each of the claims 1 to ${claims}, but has entries for ${seen}`];
}

function explain(verdicts: readonly { claim: string; verdict: Verdict; reasoning: string }[]): string {
  const doubtful = verdicts.filter((one) => one.verdict !== 'supported');
  if (doubtful.length === 0) return `All ${verdicts.length} claims are supported.`;
  const lines = doubtful.map((one) => `${one.verdict}: "${one.claim}" (${one.reasoning})`);
  return `${verdicts.length - doubtful.length} of ${verdicts.length} claims are supported. ${lines.join(' ')}`;
}

/** A claim is one line of the list, so that none can pass for two. */
function oneLine(claim: string): string {
  return claim.replace(/\s+/g, ' ');
}
