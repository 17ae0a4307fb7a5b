/** The part of JSON Schema that judges are asked in: what strict structured output supports everywhere. */
export type JudgeSchema = TextSchema | WholeNumberSchema | ListSchema | ObjectSchema;

export interface TextSchema {
  readonly type: 'string';
  readonly description?: string;
  readonly enum?: readonly string[];
}

export interface WholeNumberSchema {
  readonly type: 'integer';
  readonly description?: string;
  readonly enum?: readonly number[];
}

export interface ListSchema {
  readonly type: 'array';
  readonly description?: string;
  readonly items: JudgeSchema;
}

export interface ObjectSchema {
  readonly type: 'object';
  readonly description?: string;
  readonly properties: Readonly<Record<string, JudgeSchema>>;
  readonly required: readonly string[];
  readonly additionalProperties: false;
}

/** An object whose every property is required, asked for in the order given. */
export function objectOf(properties: Record<string, JudgeSchema>, description?: string): ObjectSchema {
  const base = { type: 'object', properties, required: Object.keys(properties), additionalProperties: false } as const;
  return description === undefined ? base : { ...base, description };
}

/** A text, free or one of `choices`. */
export function text(description: string, choices?: readonly string[]): TextSchema {
  return choices === undefined ? { type: 'string', description } : { type: 'string', description, enum: choices };
}

/**
 * What is wrong with `value`, as sentences that can be shown to the judge; empty where it fits. Further properties
 * are let pass: they change no verdict, and weaker models add them.
 */
export function problemsOf(schema: JudgeSchema, value: unknown, path = 'the answer'): string[] {
  switch (schema.type) {
    case 'string':
      if (typeof value !== 'string') return [`${path} must be a text, not ${kindOf(value)}`];
      return among(schema.enum, value, path);
    case 'integer':
      if (typeof value !== 'number' || !Number.isInteger(value)) {
        return [`${path} must be a whole number, not ${kindOf(value)}`];
      }
      return among(schema.enum, value, path);
    case 'array':
      if (!Array.isArray(value)) return [`${path} must be a list, not ${kindOf(value)}`];
      return value.flatMap((item, i) => problemsOf(schema.items, item, `${path}[${i}]`));
    case 'object':
      return objectProblems(schema, value, path);
  }
}

function objectProblems(schema: ObjectSchema, value: unknown, path: string): string[] {
  if (typeof value === 'string') return [`${path} must be one JSON object and nothing else, not text`];
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return [`${path} must be a JSON object, not ${kindOf(value)}`];
  }
  return Object.entries(schema.properties).flatMap(([key, property]) => {
    const inside = path === 'the answer' ? key : `${path}.${key}`;
    return Object.hasOwn(value, key)
      ? problemsOf(property, (value as Record<string, unknown>)[key], inside)
      : [`${inside} is missing`];
  });
}

function among(allowed: readonly unknown[] | undefined, value: unknown, path: string): string[] {
  if (allowed === undefined || allowed.includes(value)) return [];
  const shown = JSON.stringify(value);
  const short = shown.length > 60 ? `${shown.slice(0, 60)}…` : shown;
  return [`${path} must be one of ${allowed.map((one) => JSON.stringify(one)).join(', ')}, not ${short}`];
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'number' ? String(value) : `a ${typeof value}`;
}
