import { closeSync, existsSync, fsyncSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

const BYTES = 4 * 1024 * 1024;
/** The reserve is only taken back up when this much is free beyond it. */
const FREE_BYTES = 32 * 1024 * 1024;

/** Space put aside: on a full disk even deleting needs some, which giving this file up provides. */
export class Reserve {
  readonly #file: string;

  constructor(db: string) {
    this.#file = `${db}.reserve`;
  }

  hold(): void {
    if (existsSync(this.#file) || !this.#roomy()) return;
    try {
      const handle = openSync(this.#file, 'w');
      try {
        const block = Buffer.alloc(1024 * 1024, 0x5a);
        for (let written = 0; written < BYTES; written += block.length) writeSync(handle, block);
        fsyncSync(handle);
      } finally {
        closeSync(handle);
      }
    } catch {
      this.giveUp();
    }
  }

  giveUp(): void {
    rmSync(this.#file, { force: true });
  }

  #roomy(): boolean {
    try {
      const { bavail, bsize } = statfsSync(dirname(resolve(this.#file)));
      return bavail * bsize > FREE_BYTES;
    } catch {
      return true;
    }
  }
}
