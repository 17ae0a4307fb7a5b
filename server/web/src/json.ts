import { exactJson } from './exact-json.js';
import { isFields } from './read.js';

/** Longer texts are not parsed to see whether they are JSON. */
const mostParsed = 2_000_000;

/** The object or array that a text holds, as OTel programs send them; undefined for every other text. */
export function parsedText(text: string): object | undefined {
  const first = text.trimStart()[0];
  if ((first !== '{' && first !== '[') || text.length > mostParsed) return undefined;
  try {
    const value = exactJson(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

export interface ChatMessage {
  readonly role: string;
  readonly content: unknown;
  /** What else the message holds, tool calls for instance. */
  readonly rest: Readonly<Record<string, unknown>>;
}

/** The messages of a conversation, where a value is one: a list of objects that each have a role. */
export function chatMessages(value: unknown): ChatMessage[] | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const messages: ChatMessage[] = [];
  for (const item of value) {
    if (!isFields(item) || typeof item.role !== 'string') return undefined;
    const { role, content, ...rest } = item;
    messages.push({ role, content, rest });
  }
  return messages;
}

/** One message, where the fields are those of one, as a model's outputs often are. */
export function chatMessage(fields: Readonly<Record<string, unknown>>): ChatMessage | undefined {
  return 'role' in fields && 'content' in fields ? chatMessages([fields])?.[0] : undefined;
}

/** What the copy button gives: a text as it is, everything else as indented JSON. */
export function copyText(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value, null, 2) ?? '');
}

export function entriesOf(value: object): [string, unknown][] {
  return Array.isArray(value) ? value.map((item, i) => [String(i), item]) : Object.entries(value);
}
