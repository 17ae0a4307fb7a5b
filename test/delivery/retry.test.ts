import { isRetryable, retryDelayMs } from '../../src/delivery/retry.js';

describe('the retry schedule', () => {
  it('doubles from 0.5 s to 30 s, with jitter that only shortens', () => {
    for (const [attempt, most] of [
      [1, 500],
      [2, 1_000],
      [3, 2_000],
      [6, 16_000],
      [7, 30_000],
      [50, 30_000],
    ] as const) {
      for (let i = 0; i < 50; i++) {
        const delay = retryDelayMs(attempt);
        expect(delay).toBeLessThanOrEqual(most);
        expect(delay).toBeGreaterThanOrEqual(most / 2);
      }
    }
  });

  const inAnHour = new Date(Date.now() + 3_600_000).toUTCString();
  it.each([
    ['30', 30_000, 33_000],
    ['1000000000', 300_000, 330_000],
    [inAnHour, 300_000, 330_000],
    [' 2 ', 2_000, 2_200],
  ])('waits as long as Retry-After: %s says, 5 min at most', (value, least, most) => {
    const delay = retryDelayMs(1, value);
    expect(delay).toBeGreaterThanOrEqual(least);
    expect(delay).toBeLessThanOrEqual(most);
  });

  it.each(['0', '-1', 'abc', '10abc', '', '1.5', 'Wed, 21 Oct 2015 07:28:00 GMT', null, undefined])(
    'keeps its own pace at Retry-After: %s',
    (value) => {
      const delay = retryDelayMs(1, value);
      expect(delay).toBeGreaterThanOrEqual(250);
      expect(delay).toBeLessThanOrEqual(500);
    },
  );

  it('tries again what may pass, and nothing else', () => {
    const all = [undefined, 200, 301, 400, 401, 404, 408, 413, 422, 429, 500, 501, 502, 503, 504, 505, 507];
    expect(all.filter((status) => isRetryable(status))).toEqual([undefined, 408, 429, 500, 502, 503, 504, 507]);
  });
});
