const width = 28;

/** A bar on stderr; where that is no terminal, a line every tenth of the way. */
export class Progress {
  readonly #total: number;
  readonly #what: string;
  readonly #stream: NodeJS.WriteStream;
  readonly #started = performance.now();
  #done = 0;
  #lastTenth = 0;

  constructor(total: number, what: string, stream: NodeJS.WriteStream = process.stderr) {
    this.#total = total;
    this.#what = what;
    this.#stream = stream;
  }

  step(): void {
    this.#done += 1;
    const share = this.#done / Math.max(this.#total, 1);
    const seconds = ((performance.now() - this.#started) / 1000).toFixed(1);
    const text = `${this.#done}/${this.#total} ${this.#what}  ${seconds} s`;
    if (this.#stream.isTTY) {
      const filled = Math.round(share * width);
      this.#stream.write(`\r  [${'#'.repeat(filled)}${'.'.repeat(width - filled)}] ${text} `);
      if (this.#done === this.#total) this.#stream.write('\n');
    } else if (Math.floor(share * 10) > this.#lastTenth) {
      this.#lastTenth = Math.floor(share * 10);
      this.#stream.write(`  ${text}\n`);
    }
  }
}
