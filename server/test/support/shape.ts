/** What a field has to hold; `?` may be null, but has to be there all the same. */
export type Shape =
  | 'text'
  | 'text?'
  | 'number'
  | 'whole'
  | 'boolean'
  | 'object'
  | 'time'
  | 'any'
  | { [field: string]: Shape }
  | readonly [Shape];

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const HOLDS: Record<string, (value: unknown) => boolean> = {
  text: (value) => typeof value === 'string',
  'text?': (value) => value === null || typeof value === 'string',
  number: (value) => typeof value === 'number',
  whole: (value) => Number.isInteger(value),
  boolean: (value) => typeof value === 'boolean',
  object: isMap,
  time: (value) => typeof value === 'string' && new Date(value).toISOString() === value,
  any: () => true,
};

/** Where a value is not as a shape demands, in words; empty where it fits. More fields than the shape's are no fault. */
export function misfits(value: unknown, shape: Shape, path = 'answer'): string[] {
  if (value === undefined) return [`${path} is missing`];
  if (typeof shape === 'string')
    return HOLDS[shape]?.(value) ? [] : [`${path} is ${JSON.stringify(value)?.slice(0, 60)}, not ${shape}`];
  if (Array.isArray(shape)) {
    if (!Array.isArray(value)) return [`${path} is ${JSON.stringify(value)?.slice(0, 60)}, not a list`];
    if (value.length === 0) return [`${path} is empty: nothing to look at`];
    return value.flatMap((one, index) => misfits(one, shape[0] as Shape, `${path}[${index}]`));
  }
  if (!isMap(value)) return [`${path} is ${JSON.stringify(value)?.slice(0, 60)}, not an object`];
  return Object.entries(shape).flatMap(([field, inner]) => misfits(value[field], inner, `${path}.${field}`));
}

/** A path with its `{name}`s filled in. */
export function filled(path: string, ids: Record<string, string>): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => ids[name] as string);
}
