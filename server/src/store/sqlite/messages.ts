/** What travels between the HTTP thread and the threads that own a database connection. */
export interface Call {
  id: number;
  op: string;
  args: unknown[];
}

export type Answer =
  | { id: number; value: unknown }
  | { id: number; error: { name: string; message: string; code: string | undefined } };

export function answerError(id: number, error: unknown): Answer {
  const known = error instanceof Error ? error : new Error(String(error));
  const code = (known as { code?: unknown }).code;
  return { id, error: { name: known.name, message: known.message, code: typeof code === 'string' ? code : undefined } };
}
