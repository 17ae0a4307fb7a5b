import { accessSync, constants, readdirSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError, messageOf } from '../base/errors.js';
import { clearInterval, setInterval } from '../base/timers.js';
import { warn } from '../base/warn.js';
import type { OutgoingRequest, SpoolTicket } from './contract.js';
import { withoutCredentials } from './credentials.js';
import { makeDirectory } from './spool-directory.js';
import { fileName, HEARTBEAT_MS, newOwner, openHere, parseFileName } from './spool-owner.js';
import { createSegment, type Segment, type SpoolTarget } from './spool-segment.js';

const MAX_SEGMENT_BYTES = 16 * 1024 * 1024;

/** Requests on disk until they are settled: what is in here survives the process. */
export interface Spool {
  /** Writes a request without its credentials. Undefined where it cannot be kept (no room, disk error). */
  append(request: OutgoingRequest): SpoolTicket | undefined;
  /** Bytes that all spool files of the directory take, as far as known. */
  readonly bytes: number;
  /** What others hold, as the recovery found it. */
  othersHold(bytes: number): void;
  close(): void;
}

/** Throws a `ConfigError` where the directory cannot be used. */
export function createSpool(directory: string, maxBytes: number, target: SpoolTarget): Spool {
  prepare(directory);
  const segments = new Set<Segment>();
  let current: Segment | undefined;
  let others = othersIn(directory);
  let closed = false;

  const heartbeat = setInterval(() => {
    const now = new Date();
    for (const segment of segments) {
      try {
        segment.restore();
        utimesSync(segment.path, now, now);
      } catch {
        // Taken by somebody else, who sends what it holds, or not to be put back.
        retire(segment);
      }
    }
  }, HEARTBEAT_MS).unref();

  const bytes = (): number => {
    let sum = others;
    for (const segment of segments) sum += segment.bytes;
    return sum;
  };

  function retire(segment: Segment): void {
    segments.delete(segment);
    openHere().delete(segment.name);
    try {
      segment.close();
    } catch (error) {
      const lost = `${segment.live} requests that it held are not on disk`;
      warn(
        'spool:lost',
        `The spool ${directory} lost a file that could not be put back (${messageOf(error)}): ${lost}.`,
      );
    }
    if (segment === current) current = undefined;
  }

  function segmentToWrite(): Segment {
    if (current !== undefined && current.bytes < Math.min(MAX_SEGMENT_BYTES, maxBytes / 4)) return current;
    const name = fileName(Date.now(), newOwner());
    openHere().add(name);
    try {
      current = createSegment(directory, name, target);
    } catch (error) {
      openHere().delete(name);
      throw error;
    }
    segments.add(current);
    return current;
  }

  return {
    append(request) {
      if (closed) return undefined;
      try {
        const { credentialFree, size } = recordOf(request);
        if (bytes() + size > maxBytes) {
          warn(
            'spool:full',
            `The spool ${directory} holds its ${maxBytes} bytes: what is undelivered now stays in memory only.`,
          );
          return undefined;
        }
        const segment = segmentToWrite();
        return segment.append(credentialFree, request.body, () => {
          if (segment !== current && segment.live === 0) retire(segment);
        });
      } catch (error) {
        warn(
          'spool:write',
          `The spool ${directory} cannot be written (${messageOf(error)}): what is undelivered stays in memory only.`,
        );
        return undefined;
      }
    },
    get bytes() {
      return bytes();
    },
    othersHold(held) {
      others = held;
    },
    close() {
      closed = true;
      clearInterval(heartbeat);
      for (const segment of segments) retire(segment);
    },
  };
}

/** What of a request goes to disk: never a key, never a header that the user added. */
function recordOf(request: OutgoingRequest): { credentialFree: object; size: number } {
  const { kind, method, url, items, headers } = request;
  const kept = Object.entries(headers).filter(([name]) => /^content-(type|encoding)$/i.test(name));
  const credentialFree = { kind, method, url: withoutCredentials(url), items, headers: Object.fromEntries(kept) };
  return { credentialFree, size: request.body.length + 512 };
}

function othersIn(directory: string): number {
  let sum = 0;
  for (const name of readdirSync(directory)) {
    if (parseFileName(name) === undefined) continue;
    try {
      sum += statSync(join(directory, name)).size;
    } catch {
      // Gone meanwhile.
    }
  }
  return sum;
}

function prepare(directory: string): void {
  try {
    makeDirectory(directory);
    accessSync(directory, constants.R_OK | constants.W_OK | constants.X_OK);
    readdirSync(directory);
  } catch (error) {
    const allowed = `a directory that this process may write to (${messageOf(error)})`;
    throw new ConfigError('HoneyHiveTracer.init', [{ field: 'spool.directory', given: directory, allowed }]);
  }
}
