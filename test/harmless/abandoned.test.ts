import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

interface Report {
  /** By kind of work: whether each span was marked abandoned, and how many chunks it had given. */
  closed: Record<string, [boolean | undefined, number][]>;
  early: string[];
  finished: boolean[];
  ended: number;
  grownKB: number;
}

describe('work that is begun and thrown away', () => {
  let report: Report;
  beforeAll(() => {
    const program = join(__dirname, 'abandoned.mjs');
    report = JSON.parse(execFileSync(process.execPath, ['--expose-gc', program], { encoding: 'utf8' })) as Report;
  });

  it('closes its span as abandoned, with what was consumed', () => {
    const counts = Object.fromEntries(
      Object.entries(report.closed).map(([kind, spans]) => {
        expect({ kind, marks: spans.map(([mark]) => mark) }).toEqual({ kind, marks: [true, true] });
        return [kind, spans.reduce((sum, [, chunks]) => sum + chunks, 0)];
      }),
    );
    expect(counts).toEqual({
      generator: 1,
      asyncGenerator: 1,
      webStream: 1,
      nodeStream: 0,
      iterable: 0,
      thenable: 0,
      promisedResponse: 0,
      withSignal: 1,
    });
  });

  it('is not abandoned while an iterator, a reader or a subscription of it is at work', () => {
    expect([report.early, report.finished]).toEqual([[], [false, false, false]]);
  });

  it('holds neither arguments nor listeners: 3,000 abandoned calls with 160 kB each', () => {
    expect(report.ended).toBe(3_500);
    expect(report.grownKB).toBeLessThan(50_000);
  });
});
