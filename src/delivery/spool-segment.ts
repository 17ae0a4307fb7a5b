import { closeSync, fstatSync, ftruncateSync, openSync, readSync, unlinkSync, writeSync, writevSync } from 'node:fs';
import { join } from 'node:path';
import type { SpoolTicket } from './contract.js';
import { withoutCredentials } from './credentials.js';
import { makeDirectory } from './spool-directory.js';
import { frame, HEADER, listRecords, REQUEST, readRecord, SETTLED } from './spool-record.js';
import { place } from './trouble.js';

/** Whom the content is for. */
export interface SpoolTarget {
  readonly serverUrl: string;
  readonly project?: string;
  /** Where its spans go, which need not be that server. */
  readonly endpoint: string;
}

/** How a file says whom it is for; it holds no credentials. */
export function targetMeta({ serverUrl, project, endpoint }: SpoolTarget): Record<string, string | null> {
  return { serverUrl: withoutCredentials(serverUrl), project: project ?? null, endpoint: place(endpoint) };
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
  /** Puts the file back if somebody removed it. Throws where that cannot be done. */
  restore(): void;
  /** Removes the file if nothing in it is unsettled. */
  close(): void;
}

/** Only its owner may read it: spans hold what the user's program works on. */
const FILE_MODE = 0o600;

export function createSegment(directory: string, name: string, target: SpoolTarget): Segment {
  const path = join(directory, name);
  let fd = openSync(path, 'wx+', FILE_MODE);
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

  /** What cleans up a directory for temporary files takes open ones too; their content lives as long as they are open. */
  function restore(): void {
    if (!open || fstatSync(fd).nlink > 0) return;
    makeDirectory(directory);
    const fresh = openSync(path, 'wx+', FILE_MODE);
    try {
      copy(fd, fresh, size);
    } catch (error) {
      closeSync(fresh);
      unlinkSync(path);
      throw error;
    }
    closeSync(fd);
    fd = fresh;
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

  try {
    write(frame(HEADER, 0, { version: 1, ...targetMeta(target) }, undefined));
  } catch (error) {
    closeSync(fd);
    unlinkSync(path);
    throw error;
  }
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
      restore();
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
          try {
            const place = listRecords(fd, offset, end)[0];
            return place === undefined ? undefined : readRecord(fd, place)?.body;
          } catch {
            return undefined;
          }
        },
      };
    },
    restore,
    close() {
      if (!open) return;
      try {
        if (live > 0) restore();
      } finally {
        open = false;
        closeSync(fd);
      }
      if (live === 0) unlinkSync(path);
    },
  };
}

function copy(from: number, to: number, length: number): void {
  const piece = Buffer.allocUnsafe(Math.min(length, 1024 * 1024));
  for (let at = 0; at < length; ) {
    const read = readSync(from, piece, 0, Math.min(piece.length, length - at), at);
    if (read === 0) throw new Error(`${length - at} bytes of a removed spool file could not be read`);
    for (let done = 0; done < read; ) done += writeSync(to, piece, done, read - done, at + done);
    at += read;
  }
}
