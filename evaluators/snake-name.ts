/** `ExactMatchEvaluator` as `exact_match`: a class's name as an evaluator's. */
export function snakeName(className: string): string {
  const snake = className
    .replace(/Evaluator$/, '')
    .replace(/([a-z\d])([A-Z])/g, '$1_$2')
    .replace(/([A-Z])(?=[A-Z][a-z])/g, '$1_')
    .toLowerCase()
    .split('_')
    .filter((word) => word !== '')
    .join('_');
  return snake === '' ? 'evaluator' : snake;
}
