/** `ExactMatchEvaluator` as `exact_match`: a class's name as an evaluator's. */
export function snakeName(className: string): string {
  const snake = className
    .replace(/Evaluator$/, '')
    .replace(/([a-z\d])([A-Z])/g, '$1_$2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1_$2')
    .replace(/^_+|_+$/g, '')
    .toLowerCase();
  return snake === '' ? 'evaluator' : snake;
}
