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

interface Judged {
  readonly verdicts: readonly { readonly claim: number; readonly reasoning: string; readonly verdict: Verdict }[];
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
    check: (answer) => missing(answer as Judged, claims.length),
  });
  const table = samples.map((sample) => new Map(sample.verdicts.map((one) => [one.claim, one])));
  const verdicts = claims.map((claim, i) => {
    const votes = table.map((sample) => sample.get(i + 1) as Judged['verdicts'][number]);
    const verdict = majority(
      votes.map((vote) => vote.verdict),
      (one) => MERIT[one],
    );
    return { claim, verdict, reasoning: votes.find((vote) => vote.verdict === verdict)?.reasoning ?? '' };
  });
  const count = (verdict: Verdict) => verdicts.filter((one) => one.verdict === verdict).length;
  const shares = table.map(
    (sample) => [...sample.values()].filter((one) => one.verdict === 'supported').length / claims.length,
  );
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

function missing({ verdicts }: Judged, claims: number): string[] {
  const seen = verdicts.map((one) => one.claim).sort((a, b) => a - b);
  const whole = seen.length === claims && seen.every((claim, i) => claim === i + 1);
  return whole
    ? []
    : [`verdicts must have exactly one entry for each of the claims 1 to ${claims}, but has ${JSON.stringify(seen)}`];
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
