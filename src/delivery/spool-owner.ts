import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { platform } from '../base/platform.js';
import { shared } from '../base/slot.js';

/**
 * Who writes to a file of the spool; it is in the file's name. A process id alone is used again: on Linux the
 * process's start time tells two of them apart, elsewhere (and across machines and containers, whose ids mean nothing
 * to each other) an owner counts as alive while it keeps its file fresh.
 */
export interface Owner {
  /** Machine, boot and process namespace. */
  readonly place: string;
  readonly pid: number;
  /** Start time in clock ticks since boot; 0 where it cannot be known. */
  readonly start: number;
  readonly thread: number;
  readonly random: string;
}

/** A file that its owner has not touched for so long is orphaned, where nothing better is known. */
const STALE_MS = 5 * 60_000;
/** How often an owner touches its file. */
export const HEARTBEAT_MS = 60_000;

const NAME = /^hh-([0-9a-z]+)-([0-9a-f]{8})-(\d+)-(\d+)-(\d+)-([0-9a-f]{12})\.spool$/;

export function newOwner(): Owner {
  return {
    place: here(),
    pid: process.pid,
    start: startOf('self') ?? 0,
    thread: platform('node:worker_threads').threadId,
    random: platform('node:crypto').randomBytes(6).toString('hex'),
  };
}

/** The name of an owner's file; names sort by `created` (ms). */
export function fileName(created: number, owner: Owner): string {
  const { place, pid, start, thread, random } = owner;
  return `hh-${created.toString(36).padStart(9, '0')}-${place}-${pid}-${start}-${thread}-${random}.spool`;
}

export function parseFileName(name: string): { created: number; owner: Owner } | undefined {
  const match = NAME.exec(name);
  if (match === null) return undefined;
  const [, created = '', place = '', pid, start, thread, random = ''] = match;
  return {
    created: Number.parseInt(created, 36),
    owner: { place, pid: Number(pid), start: Number(start), thread: Number(thread), random },
  };
}

/** Names of the files that this thread of this process has open. */
export function openHere(): Set<string> {
  return shared('delivery.spool.open', () => new Set<string>());
}

/** Whether a file's owner may still write to it. */
export function isOwned(name: string, owner: Owner, modifiedMs: number): boolean {
  const fresh = Math.abs(Date.now() - modifiedMs) < STALE_MS;
  if (owner.place !== here()) return fresh;
  if (owner.pid === process.pid && (owner.start === 0 || owner.start === startOf('self'))) {
    return owner.thread === platform('node:worker_threads').threadId ? openHere().has(name) : fresh;
  }
  if (!exists(owner.pid)) return false;
  const start = startOf(owner.pid);
  if (start === undefined || owner.start === 0) return fresh;
  return start === owner.start;
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Field 22 of /proc/[pid]/stat (proc_pid_stat(5)); the second field may hold any character, so count from its end. */
function startOf(pid: number | 'self'): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const start = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
    return Number.isSafeInteger(start) ? start : undefined;
  } catch {
    return undefined;
  }
}

let known: string | undefined;

function here(): string {
  known ??= platform('node:crypto')
    .createHash('sha256')
    .update(
      [
        hostname(),
        read(() => readlinkSync('/proc/self/ns/pid')),
        read(() => readFileSync('/proc/sys/kernel/random/boot_id', 'latin1')),
      ].join('\n'),
    )
    .digest('hex')
    .slice(0, 8);
  return known;
}

function read(source: () => string): string {
  try {
    return source();
  } catch {
    return '';
  }
}
