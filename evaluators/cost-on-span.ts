import { METADATA, METRICS } from '../src/attributes/keys.js';

/** Where a span says what its call cost, in US dollars, first what instrumentations write; the local server reads the same. */
const NAMES = [
  'gen_ai.usage.cost',
  'llm.cost.total',
  `${METADATA}.cost`,
  `${METRICS}.cost`,
  `${METRICS}.cost_usd`,
  `${METADATA}.cost_usd`,
];

/** What the call of a span cost, in US dollars, as far as its attributes tell. */
export function costOnSpan(attributes: Readonly<Record<string, unknown>>): number | undefined {
  return NAMES.map((name) => attributes[name]).find((cost): cost is number => typeof cost === 'number' && cost >= 0);
}
