import { messageOf } from '../base/errors.js';
import { unseen } from '../base/unseen.js';
import type { CaptureContext } from './context.js';
import { classNameOf, read, readText } from './safe-read.js';
import { isError } from './special.js';
import { cut, head, wellFormed } from './text.js';
import { Walk } from './walk.js';

/** What is told of something that was thrown. */
export interface ErrorFacts {
  type: string;
  message: string;
  /** With the causes and the errors of an AggregateError below. */
  stack?: string;
}

const MAX_CAUSES = 8;
const MAX_ERRORS = 16;
const MARGIN = 4096;

/** Facts about any thrown value: masked, bounded; never throws, whatever the value's getters do. */
export function describeError(thrown: unknown, capture: CaptureContext): ErrorFacts {
  return unseen(() => described(thrown, capture));
}

function described(thrown: unknown, capture: CaptureContext): ErrorFacts {
  const { redactor, limits } = capture;
  const clean = (text: string): string => {
    const long = text.length > limits.valueLength;
    const masked = redactor.text(wellFormed(long ? head(text, limits.valueLength + MARGIN) : text));
    return cut(masked, limits.valueLength, long ? text.length : masked.length);
  };
  try {
    const facts: ErrorFacts = { type: clean(typeOf(thrown)), message: clean(messageFrom(thrown, capture)) };
    if (typeof thrown !== 'object' || thrown === null) return facts;
    const stack = chain(thrown, capture, [], limits.valueLength + MARGIN);
    if (stack !== '') facts.stack = clean(stack);
    return facts;
  } catch {
    return { type: 'Error', message: 'unreadable error' };
  }
}

/** The error's name; the class's where the name says no more than `Error`. */
function typeOf(thrown: unknown): string {
  if (thrown === null) return 'null';
  if (typeof thrown !== 'object') return typeof thrown;
  const name = readText(thrown, 'name');
  if (name !== undefined && name !== '' && name !== 'Error')
    return isError(thrown) || readText(thrown, 'message') !== undefined ? name : classNameOf(thrown);
  return classNameOf(thrown) || name || 'Error';
}

function messageFrom(thrown: unknown, capture: CaptureContext): string {
  if (typeof thrown !== 'object' || thrown === null) return messageOf(thrown);
  const message = readText(thrown, 'message');
  if (message !== undefined) return message;
  if (isError(thrown)) return 'unreadable error';
  const rendered = new Walk(capture, '', { budget: Math.min(4096, capture.limits.valueLength) }).render(thrown);
  return typeof rendered === 'string' ? rendered : (JSON.stringify(rendered) ?? '');
}

function chain(thrown: object, capture: CaptureContext, seen: object[], room: number): string {
  const own = readText(thrown, 'stack') ?? '';
  const parts = [own !== '' ? own : seen.length === 0 ? '' : `${typeOf(thrown)}: ${messageFrom(thrown, capture)}`];
  seen.push(thrown);
  let left = room - own.length;
  const follow = (label: string, next: unknown): void => {
    if (left <= 0) return;
    let text: string;
    if (typeof next !== 'object' || next === null) text = messageOf(next);
    else if (seen.includes(next)) text = '[Circular]';
    else if (seen.length > MAX_CAUSES) text = '[more causes]';
    else text = chain(next, capture, seen, left);
    left -= text.length;
    parts.push(`${label}: ${text}`);
  };
  const cause = read(thrown, 'cause');
  if (cause !== undefined) follow('Caused by', cause);
  const errors = read(thrown, 'errors');
  try {
    if (Array.isArray(errors)) {
      for (let i = 0; i < errors.length && i < MAX_ERRORS; i += 1) follow(`Errors[${i}]`, errors[i]);
      if (errors.length > MAX_ERRORS) parts.push(`[${errors.length - MAX_ERRORS} more errors]`);
    }
  } catch {
    // A list whose items cannot be read adds nothing.
  }
  return parts.filter((part) => part !== '').join('\n');
}
