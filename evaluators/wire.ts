import { EVALUATION_EVENT, METRICS } from '../src/attributes/keys.js';
import type { EvaluationResult } from './result.js';

type Scalar = string | number | boolean;

/** Suffixes with a meaning of their own: an evaluator's own scalar of that name travels as `<evaluator>_metrics_<name>`. */
const RESERVED: ReadonlySet<string> = new Set(['explanation', 'label', 'passed', 'coverage', 'status']);

/** What results look like on a span. */
export interface EvaluationRecord {
  attributes: Record<string, Scalar>;
  events: { name: string; attributes: Record<string, Scalar> }[];
}

/**
 * Attributes `honeyhive_metrics.<evaluator>` and so on, as HoneyHive's SDKs name them, and one
 * `gen_ai.evaluation.result` event per evaluator (OpenTelemetry's GenAI conventions). Children of a
 * MultiEvaluator are `<multi>.<child>`. Of several results of one name the second becomes `<name>_2`, or the next that is free.
 */
export function evaluationRecord(results: readonly EvaluationResult[]): EvaluationRecord {
  const record: EvaluationRecord = { attributes: {}, events: [] };
  addAll(record, '', results);
  return record;
}

function addAll(record: EvaluationRecord, prefix: string, results: readonly EvaluationResult[]): void {
  const names = namesOf(results);
  for (const [index, result] of results.entries()) {
    const name = `${prefix}${names[index]}`;
    addAttributes(record.attributes, `${METRICS}.${name}`, result);
    record.events.push({ name: EVALUATION_EVENT, attributes: eventOf(name, result) });
    if (result.children) addAll(record, `${name}.`, result.children);
  }
}

/** What an evaluator is called goes before what a number makes of another one's name. */
function namesOf(results: readonly EvaluationResult[]): string[] {
  const own = new Set(results.map(({ name }) => name));
  const used = new Set<string>();
  return results.map((result) => {
    let { name } = result;
    for (let count = 2; used.has(name) || (name !== result.name && own.has(name)); count++) {
      name = `${result.name}_${count}`;
    }
    used.add(name);
    return name;
  });
}

function addAttributes(attributes: Record<string, Scalar>, key: string, result: EvaluationResult): void {
  const { score, value, label, feedback, passed, threshold, coverage } = result;
  for (const [metric, scalar] of Object.entries(result.metrics))
    attributes[`${key}_${RESERVED.has(metric) ? `metrics_${metric}` : metric}`] = wireScalar(scalar);
  // What evaluate() returned goes out as it came: true stays true, a text stays a text.
  const own = value ?? score;
  if (own !== null && result.status === 'ok') attributes[key] = own;
  if (feedback !== undefined) attributes[`${key}_explanation`] = feedback;
  if (label !== undefined && label !== value) attributes[`${key}_label`] = label;
  if (passed !== undefined && (typeof value !== 'boolean' || threshold !== undefined))
    attributes[`${key}_passed`] = passed;
  if (coverage) attributes[`${key}_coverage`] = `${coverage.scored}/${coverage.total}`;
  if (result.status !== 'ok') attributes[`${key}_status`] = result.status;
}

function eventOf(name: string, result: EvaluationResult): Record<string, Scalar> {
  const attributes: Record<string, Scalar> = { 'gen_ai.evaluation.name': name };
  if (result.status === 'ok' && result.score !== null) attributes['gen_ai.evaluation.score.value'] = result.score;
  if (result.label !== undefined) attributes['gen_ai.evaluation.score.label'] = result.label;
  if (result.feedback !== undefined) attributes['gen_ai.evaluation.explanation'] = result.feedback;
  if (result.error) attributes['error.type'] = result.error.type;
  return attributes;
}

/** OTLP has no NaN or infinity in JSON; they travel as text everywhere. */
function wireScalar(scalar: Scalar): Scalar {
  return typeof scalar === 'number' && !Number.isFinite(scalar) ? String(scalar) : scalar;
}
