import type { Source } from './source.js';

export interface Flags {
  json: boolean;
  q?: string | undefined;
  limit?: string | undefined;
  retention?: string | undefined;
  olderThan?: string | undefined;
  keep?: string | undefined;
}

/** A flag of some commands only; `--url`, `--db` and `--json` all of them take. */
export type Flag = 'q' | 'limit' | 'retention' | 'older-than' | 'keep';

export interface Command {
  /** Changes what it works on: a file is opened for that. */
  readonly writes?: boolean;
  readonly flags?: readonly Flag[];
  /** The most arguments it takes; none where nothing is said. */
  readonly most?: number;
  /** `open` is called once all that was given is known to be right, so that a mistake touches no file. */
  run(open: () => Promise<Source>, args: string[], flags: Flags): Promise<void>;
}

export function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Waits where whoever reads is slower, so that an answer of any size needs little memory. */
export async function write(text: string): Promise<void> {
  if (!process.stdout.write(text)) await new Promise((resolve) => process.stdout.once('drain', resolve));
}
