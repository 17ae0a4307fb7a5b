import type { EvaluationContext } from '../../evaluation-context.js';
import { referencesOf } from '../../references.js';
import type { Question } from './compose.js';

type Material = Question['material'];

/** Sources that came with the call: `context.documents`, else `context.context`; empty where there are none. */
export function documentsOf(context: EvaluationContext): readonly unknown[] {
  const given = isThere(context.documents) ? context.documents : context.context;
  return isThere(given) ? (Array.isArray(given) ? given.filter(isThere) : [given]) : [];
}

/** Whether there is something to judge or to compare with. */
export function isThere(value: unknown): boolean {
  if (value === undefined || value === null) return false;
  if (typeof value === 'string') return value.trim() !== '';
  return !Array.isArray(value) || value.length > 0;
}

/** Each of several under a title of its own, so that none can pass for the next. */
export function titled(title: string, values: readonly unknown[]): Material {
  return values.map((value, i) => [values.length === 1 ? title : `${title} ${i + 1}`, value] as const);
}

/** Everything that is known about one output. */
export function allMaterial(input: unknown, output: unknown, context: EvaluationContext): Material {
  return [
    ...(isThere(input) ? [['input', input] as const] : []),
    ['output', output] as const,
    ...titled('reference', referencesOf(context)),
    ...titled('document', documentsOf(context)),
  ];
}
