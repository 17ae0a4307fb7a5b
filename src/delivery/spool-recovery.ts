import { closeSync, fstatSync, openSync, readdirSync, renameSync, statSync, unlinkSync, writevSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../base/errors.js';
import { clearInterval, setImmediate, setInterval } from '../base/timers.js';
import { debug } from '../base/warn.js';
import type { OutgoingRequest } from './contract.js';
import { fileName, isOwned, newOwner, openHere, parseFileName } from './spool-owner.js';
import { endOf, frame, HEADER, listRecords, REQUEST, type RecordPlace, readRecord, SETTLED } from './spool-record.js';
import { type SpoolTarget, targetMeta } from './spool-segment.js';

const RESCAN_MS = 60_000;

export interface Recovery {
  /** Resolves when nothing that an earlier process left is still to be sent. */
  settled(): Promise<void>;
  stop(): void;
}

/** `settled` for good, `held` until an option of this process changes, or `stopped`: nothing more is sent for now. */
export type Resent = 'settled' | 'held' | 'stopped';

/** Sends one request that was left over. */
export type Resend = (request: OutgoingRequest) => Promise<Resent>;

/**
 * Sends what earlier processes left in the directory, oldest first, to the server and project it was made for. A file
 * is claimed by renaming it, which succeeds for one process only; each request is marked when it is settled.
 */
export function createRecovery(
  directory: string,
  target: SpoolTarget,
  resend: Resend,
  onScan: (othersBytes: number) => void,
): Recovery {
  const own = targetMeta(target);
  let stopped = false;
  let running: Promise<void> | undefined;

  const timer = setInterval(start, RESCAN_MS).unref();
  start();

  function start(): void {
    running ??= scan()
      .catch((error: unknown) => debug(`the spool could not be read: ${messageOf(error)}`))
      .finally(() => {
        running = undefined;
      });
  }

  async function scan(): Promise<void> {
    // Not in the call that made the tracer.
    await new Promise((resolve) => setImmediate(resolve));
    let others = 0;
    for (const name of readdirSync(directory).sort()) {
      const parsed = parseFileName(name);
      if (parsed === undefined || stopped) continue;
      const path = join(directory, name);
      const info = attempt(() => statSync(path));
      if (info === undefined) continue;
      const owned = isOwned(name, parsed.owner, info.mtimeMs);
      if (!owned && info.size === 0) {
        // Its owner ended before anything was in it.
        attempt(() => unlinkSync(path));
        continue;
      }
      if (owned || !isForUs(path)) {
        if (!openHere().has(name)) others += info.size;
        continue;
      }
      const claimed = fileName(parsed.created, newOwner());
      openHere().add(claimed);
      try {
        renameSync(path, join(directory, claimed));
        if (!(await empty(join(directory, claimed)))) others += info.size;
      } catch (error) {
        debug(`the spool file ${name} is left alone: ${messageOf(error)}`);
      } finally {
        openHere().delete(claimed);
      }
    }
    onScan(others);
  }

  function isForUs(path: string): boolean {
    return (
      attempt(() =>
        withFile(path, 'r', (fd) => {
          const first = listRecords(fd, 0, Math.min(fstatSync(fd).size, 64 * 1024))[0];
          const meta = first?.type === HEADER ? readRecord(fd, first)?.meta : undefined;
          // Files of earlier versions do not say where their spans go.
          return meta !== undefined && Object.entries(own).every(([key, value]) => (meta[key] ?? value) === value);
        }),
      ) ?? false
    );
  }

  /** Whether everything in the file was settled; it is gone then. */
  async function empty(path: string): Promise<boolean> {
    const fd = openSync(path, 'r+');
    try {
      let seen = 0;
      // Its former owner may have been believed dead and write on: look again until nothing is new.
      let held = false;
      for (;;) {
        const { size } = fstatSync(fd);
        const places = listRecords(fd, seen, size);
        if (places.length === 0) break;
        const sent = await sendAll(fd, places);
        if (sent === 'stopped') return false;
        held ||= sent === 'held';
        seen = endOf(places[places.length - 1] as RecordPlace);
      }
      if (held) return false;
    } finally {
      closeSync(fd);
    }
    unlinkSync(path);
    return true;
  }

  async function sendAll(fd: number, places: readonly RecordPlace[]): Promise<Resent> {
    let all: Resent = 'settled';
    const settled = new Set(places.filter((place) => place.type === SETTLED).map((place) => place.sequence));
    for (const place of places) {
      if (place.type !== REQUEST || settled.has(place.sequence)) continue;
      if (stopped) return 'stopped';
      const request = requestOf(fd, place);
      const sent = request === undefined ? 'settled' : await resend(request);
      if (sent === 'stopped') return sent;
      if (sent === 'held') {
        all = sent;
        continue;
      }
      attempt(() =>
        writevSync(
          fd,
          frame(SETTLED, place.sequence, undefined, undefined).filter((part) => part.length > 0),
          fstatSync(fd).size,
        ),
      );
    }
    return all;
  }

  return {
    settled: () => running ?? Promise.resolve(),
    stop() {
      stopped = true;
      clearInterval(timer);
    },
  };
}

function requestOf(fd: number, place: RecordPlace): OutgoingRequest | undefined {
  const content = readRecord(fd, place);
  if (content === undefined) return undefined;
  const { kind, method, url, items, headers } = content.meta;
  const kinds = ['spans', 'session', 'enrichment'];
  if (!kinds.includes(String(kind)) || typeof url !== 'string' || typeof headers !== 'object' || headers === null)
    return undefined;
  return {
    kind: kind as OutgoingRequest['kind'],
    method: method === 'PUT' ? 'PUT' : 'POST',
    url,
    headers: headers as Record<string, string>,
    items: typeof items === 'number' ? items : 0,
    body: content.body,
  };
}

function withFile<T>(path: string, flags: string, use: (fd: number) => T): T {
  const fd = openSync(path, flags);
  try {
    return use(fd);
  } finally {
    closeSync(fd);
  }
}

function attempt<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch {
    return undefined;
  }
}
