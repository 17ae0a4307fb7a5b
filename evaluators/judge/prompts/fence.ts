import { platform } from '../../../src/base/platform.js';

/**
 * Marks off material that strangers wrote from the words of the one who asks. The tag is random for every request, so
 * no text can contain its closing marker; what merely looks like a marker is defused as well, since models read
 * roughly.
 */
export interface Fence {
  readonly tag: string;
  /** The text between an opening and a closing marker that carry the tag. */
  wrap(title: string, text: string): string;
}

/** A fence with a tag of its own; `tag` is given only where the same prompt must come out twice. */
export function newFence(tag: string = platform('node:crypto').randomBytes(8).toString('hex')): Fence {
  return {
    tag,
    wrap: (title, text) => `<<<BEGIN ${title} ${tag}>>>\n${defuse(text)}\n<<<END ${title} ${tag}>>>`,
  };
}

/**
 * Takes the meaning from what could pass for structure: markers of ours and of other graders (`<<<END`, `[END DATA]`),
 * chat-template tokens (`<|im_start|>`, `[INST]`) and lone surrogates. Ordinary text, code and JSON stay as they are.
 */
export function defuse(text: string): string {
  return text
    .replace(/\p{Surrogate}/gu, '\uFFFD')
    .replace(/<<<(?=[^\S\r\n]{0,8}\/?(?:BEGIN|END)\b)/gi, '‹‹‹')
    .replace(/\[([^\S\r\n]{0,8}\/?(?:BEGIN|END|START|STOP)\b[^[\]\r\n]{0,60})\]/gi, '⟦$1⟧')
    .replace(/\[([^\S\r\n]{0,8}\/?INST[^\S\r\n]{0,8})\]/gi, '⟦$1⟧')
    .replace(/<<(\/?SYS)>>/gi, '‹‹$1››')
    .replace(/<\|([a-z_]{1,40})\|>/gi, '‹|$1|›');
}
