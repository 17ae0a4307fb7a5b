import { platform } from '../base/platform.js';

/** Random bytes are fetched in one system call for some hundred ids, and written as hex for some thirty at a time. */
const POOL_BYTES = 8_192;
/** Short, since an id that somebody keeps is a slice and keeps the whole of its text alive. */
const TEXT_BYTES = 512;
const ZEROS = '0'.repeat(32);

const pool = Buffer.allocUnsafe(POOL_BYTES);
let used = POOL_BYTES;
let text = '';
let at = 0;

/** 32 hex digits from the system's random source, never all zero (W3C Trace Context, 3.2.2.3). */
export function newTraceId(): string {
  return digits(32);
}

/** 16 hex digits, never all zero. */
export function newSpanId(): string {
  return digits(16);
}

function digits(count: number): string {
  for (;;) {
    if (at + count > text.length) refill();
    const id = text.slice(at, at + count);
    at += count;
    // Nearly every id differs in its first digits already.
    if (id.charCodeAt(0) !== 0x30 || id !== ZEROS.slice(0, count)) return id;
  }
}

function refill(): void {
  if (used + TEXT_BYTES > POOL_BYTES) {
    platform('node:crypto').randomFillSync(pool);
    used = 0;
  }
  text = pool.toString('hex', used, used + TEXT_BYTES);
  used += TEXT_BYTES;
  at = 0;
}
