import { randomFillSync } from 'node:crypto';

/** Random bytes are fetched in one system call for some hundred ids. */
const POOL_BYTES = 8_192;
const pool = Buffer.allocUnsafe(POOL_BYTES);
let used = POOL_BYTES;

/** 32 hex digits from the system's random source, never all zero (W3C Trace Context, 3.2.2.3). */
export function newTraceId(): string {
  return hex(16);
}

/** 16 hex digits, never all zero. */
export function newSpanId(): string {
  return hex(8);
}

function hex(bytes: number): string {
  for (;;) {
    if (used + bytes > POOL_BYTES) {
      randomFillSync(pool);
      used = 0;
    }
    const id = pool.toString('hex', used, used + bytes);
    used += bytes;
    if (!/^0+$/.test(id)) return id;
  }
}
