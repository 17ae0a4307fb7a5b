export interface Refresher {
  /** Asks for a run: at once when idle, else one more after the current run and its pause. */
  request(): void;
  stop(): void;
}

export interface RefresherOptions {
  /** Shortest pause between two runs, in ms. */
  readonly gapMs: number;
  /** The pause is also at least this many times as long as the last run took, so that heavy reloads never pile up. */
  readonly share?: number;
}

/** Runs `work` when asked, never twice at once, and never more often than is good for the server. */
export function createRefresher(work: () => Promise<void>, { gapMs, share = 2 }: RefresherOptions): Refresher {
  let busy = false;
  let wanted = false;
  let stopped = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function run(): Promise<void> {
    busy = true;
    wanted = false;
    const started = performance.now();
    await work().catch(() => undefined);
    if (stopped) return;
    timer = setTimeout(
      () => {
        busy = false;
        if (wanted && !stopped) void run();
      },
      Math.max(gapMs, (performance.now() - started) * share),
    );
  }

  return {
    request() {
      if (stopped) return;
      if (busy) wanted = true;
      else void run();
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
