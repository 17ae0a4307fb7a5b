/**
 * The JSON that a model's text holds, or the text as it came. Only wrappings that models put round the whole answer
 * are taken off (a code fence, a leading block of thoughts); nothing is searched for inside a text.
 */
export function jsonOf(text: string): unknown {
  const bare = text.replace(/^\s*<think>[\s\S]*?<\/think>/, '').trim();
  const fenced = /^```(?:json)?[^\S\n]*\n([\s\S]*?)\n?```$/i.exec(bare);
  try {
    return JSON.parse(fenced?.[1] ?? bare) as unknown;
  } catch {
    return text;
  }
}
