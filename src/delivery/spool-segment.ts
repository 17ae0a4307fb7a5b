import { closeSync, ftruncateSync, openSync, unlinkSync, writevSync } from 'node:fs';
import { join } from 'node:path';
import type { SpoolTicket } from './contract.js';
import { frame, HEADER, listRecords, REQUEST, readRecord, SETTLED } from './spool-record.js';

/** Whom the content is for. */
export interface SpoolTarget {
  readonly serverUrl: string;
  readonly project?: string;
}

/** One file of the spool, open for writing. */
export interface Segment {
  readonly name: string;
  readonly path: string;
  readonly bytes: number;
  /** Requests in it that are not settled. */
  readonly live: number;
  /** Throws where the disk does not take it; the file is then as it was before. */
  append(meta: object, body: Uint8Array, onSettled: () => void): SpoolTicket;
  /** Removes the file if nothing in it is unsettled. */
  close(): void;
}

/** Only its owner may read it: spans hold what the user's program works on. */
const FILE_MODE = 0o600;

export function createSegment(directory: string, name: string, target: SpoolTarget): Segment {
  const path = join(directory, name);
  const fd = openSync(path, 'wx+', FILE_MODE);
  let size = 0;
  let live = 0;
  let sequence = 0;
  let open = true;

  function write(parts: readonly Uint8Array[]): number {
    const offset = size;
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    try {
      const written = writevSync(
        fd,
        parts.filter((part) => part.length > 0),
        offset,
      );
      if (written !== length) throw new Error(`no space left: ${written} of ${length} bytes written`);
    } catch (error) {
      // Half a record would hide those that follow.
      ftruncateSync(fd, offset);
      throw error;
    }
    size += length;
    return offset;
  }

  function settle(number: number): void {
    live -= 1;
    if (!open) return;
    try {
      if (live > 0) write(frame(SETTLED, number, undefined, undefined));
      else {
        ftruncateSync(fd, headerBytes);
        size = headerBytes;
      }
    } catch {
      // It is sent once more by the next start, and the back end knows it by its id.
    }
  }

  write(frame(HEADER, 0, { version: 1, serverUrl: target.serverUrl, project: target.project ?? null }, undefined));
  const headerBytes = size;

  return {
    name,
    path,
    get bytes() {
      return size;
    },
    get live() {
      return live;
    },
    append(meta, body, onSettled) {
      sequence += 1;
      const number = sequence;
      const offset = write(frame(REQUEST, number, meta, body));
      const end = size;
      live += 1;
      let settled = false;
      return {
        done() {
          if (settled) return;
          settled = true;
          settle(number);
          onSettled();
        },
        read() {
          if (!open) return undefined;
          const place = listRecords(fd, offset, end)[0];
          return place === undefined ? undefined : readRecord(fd, place)?.body;
        },
      };
    },
    close() {
      if (!open) return;
      open = false;
      closeSync(fd);
      if (live === 0) unlinkSync(path);
    },
  };
}
