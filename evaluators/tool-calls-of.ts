/** One call of a tool, whatever API it came from. */
export interface ToolCall {
  readonly name: string;
  readonly arguments: unknown;
}

type Fields = Record<string, unknown>;

/** Where lists of calls are found, outermost first: our own, OpenAI's, Anthropic's and the AI SDK's field names. */
const LISTS = ['toolCalls', 'tool_calls', 'message', 'choices', 'output', 'content'];

/** What APIs call a call, where they say what an item is. */
const TYPES = ['function', 'function_call', 'tool_use', 'tool_call', 'tool-call'];

/**
 * The calls in a value: a list of `{ name, arguments }`, `{ toolCalls }`, OpenAI's `tool_calls` (also inside a whole
 * completion), function-call items, Anthropic's `tool_use` blocks; or any of these as JSON text. Undefined where
 * the value has no such form.
 */
export function toolCallsOf(value: unknown): ToolCall[] | undefined {
  if (typeof value === 'string') return toolCallsOf(parsed(value));
  if (Array.isArray(value)) return fromList(value);
  if (!isFields(value)) return undefined;
  const single = toolCall(value);
  if (single) return [single];
  for (const key of LISTS) {
    const calls = isFields(value[key]) || Array.isArray(value[key]) ? toolCallsOf(value[key]) : undefined;
    if (calls) return calls;
  }
  // A message that calls nothing says so with null or by leaving the field out.
  return 'tool_calls' in value || 'toolCalls' in value || value['role'] === 'assistant' ? [] : undefined;
}

/** Items that are no calls, such as text blocks, stand between them in some APIs. */
function fromList(items: readonly unknown[]): ToolCall[] | undefined {
  const calls = items.flatMap((item) => (isFields(item) ? (toolCall(item) ?? toolCallsOf(item) ?? []) : []));
  return calls.length > 0 || items.every(isFields) ? calls : undefined;
}

function toolCall(item: Fields): ToolCall | undefined {
  if (isFields(item['function'])) return toolCall(item['function']);
  const { type } = item;
  if (isMessage(item) || (type !== undefined && !TYPES.includes(String(type)))) return undefined;
  const name = item['name'] ?? item['toolName'];
  if (typeof name !== 'string') return undefined;
  const given = item['arguments'] ?? item['args'] ?? item['input'] ?? {};
  return { name, arguments: typeof given === 'string' ? (parsed(given === '' ? '{}' : given) ?? given) : given };
}

/** A message may have a name too, its author's. What has arguments is a call, also where it holds what the tool gave. */
function isMessage(item: Fields): boolean {
  if ('role' in item) return true;
  const isCall = 'arguments' in item || 'args' in item || TYPES.includes(String(item['type']));
  return !isCall && LISTS.some((key) => Array.isArray(item[key]));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
