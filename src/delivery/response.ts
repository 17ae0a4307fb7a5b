import type { HttpOutcome } from './http.js';
import { fieldsOf } from './protobuf-fields.js';

/** The local server's header: for so many seconds spans should be announced while they run, since a page is open. */
export const LIVE_HEADER = 'x-honeyhive-live';

/** The seconds in such a header; 0 where it says none. */
export function liveSeconds(header: unknown): number {
  return wholeNumber(Number(header ?? 0));
}

/** What a back end says about a batch it answered with 2xx. */
export interface Verdict {
  readonly rejected: number;
  readonly message: string;
  readonly duplicates: number;
}

/**
 * Reads `ExportTraceServiceResponse.partial_success` (protobuf or JSON), and how many spans the back end already had.
 * An unreadable body means nothing was rejected: the status line has the last word.
 */
export function readVerdict(outcome: HttpOutcome): Verdict {
  const duplicates = Number(headerOf(outcome, 'x-honeyhive-duplicates') ?? 0);
  const partial = readPartial(outcome);
  return {
    rejected: wholeNumber(partial.rejected),
    message: partial.message.slice(0, 300),
    duplicates: wholeNumber(duplicates),
  };
}

export function headerOf(outcome: HttpOutcome, name: string): string | undefined {
  const value = outcome.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

function wholeNumber(value: number): number {
  return Number.isSafeInteger(value) && value > 0 ? value : 0;
}

interface Partial {
  rejected: number;
  message: string;
}

const NONE: Partial = { rejected: 0, message: '' };

function readPartial(outcome: HttpOutcome): Partial {
  const type = headerOf(outcome, 'content-type') ?? '';
  try {
    if (type.includes('json')) return readJson(outcome.body);
    if (type.includes('protobuf')) return readProtobuf(outcome.body);
  } catch {
    // Fall through.
  }
  return NONE;
}

function readJson(body: Buffer): Partial {
  const parsed = JSON.parse(body.toString('utf8')) as unknown;
  if (typeof parsed !== 'object' || parsed === null) return NONE;
  const partial = (parsed as Record<string, unknown>)['partialSuccess'];
  if (typeof partial !== 'object' || partial === null) return NONE;
  const { rejectedSpans, errorMessage } = partial as Record<string, unknown>;
  return { rejected: Number(rejectedSpans ?? 0), message: typeof errorMessage === 'string' ? errorMessage : '' };
}

/** Field 1 of the response is the partial success; in it, 1 is `rejected_spans` and 2 is `error_message`. */
function readProtobuf(body: Buffer): Partial {
  const result: Partial = { rejected: 0, message: '' };
  for (const partial of fieldsOf(body)) {
    if (partial.number !== 1) continue;
    for (const field of fieldsOf(partial.value)) {
      if (field.number === 1) result.rejected = field.varint;
      if (field.number === 2) result.message = Buffer.from(field.value).toString('utf8');
    }
  }
  return result;
}
