import fc from 'fast-check';
import { placeOn, rangeOf, ticksOf } from '../../server/web/src/scale.js';

const at = (startTime: number, endTime: number) => ({ startTime, endTime });

test('the range spans all, a span that ends before it begins counts with its start', () => {
  expect(rangeOf([at(10, 20), at(5, 12), at(30, 25)])).toEqual({ start: 5, end: 30 });
  expect(rangeOf([])).toEqual({ start: 0, end: 0 });
});

test('bars are drawn to scale and clipped where one zoomed in', () => {
  const range = { start: 100, end: 200 };
  expect(placeOn(range, at(125, 150))).toEqual({ left: 0.25, width: 0.25 });
  expect(placeOn(range, at(0, 150))).toEqual({ left: 0, width: 0.5 });
  expect(placeOn(range, at(0, 50))).toBeNull();
  expect(placeOn(range, at(300, 400))).toBeNull();
  expect(placeOn({ start: 7, end: 7 }, at(7, 7))).toEqual({ left: 0, width: 1 });
});

test('ticks are round', () => {
  expect(ticksOf({ start: 0, end: 3_168 })).toEqual([0, 1_000, 2_000, 3_000]);
  expect(ticksOf({ start: 1e12, end: 1e12 + 0.9 }, 5)).toEqual([0, 0.2, 0.4, 0.6000000000000001, 0.8]);
  expect(ticksOf({ start: 5, end: 5 })).toEqual([0]);
});

test('ticks of longer ranges are round as clocks are', () => {
  const minutes = (length: number, most?: number) =>
    ticksOf({ start: 0, end: length * 60_000 }, most).map((tick) => tick / 60_000);
  expect(minutes(1.2)).toEqual([0, 0.25, 0.5, 0.75, 1]);
  expect(minutes(9)).toEqual([0, 2, 4, 6, 8]);
  expect(minutes(41)).toEqual([0, 10, 20, 30, 40]);
  expect(minutes(7 * 60)).toEqual([0, 120, 240, 360]);
  expect(minutes(3 * 24 * 60, 3)).toEqual([0, 1440, 2880]);
  expect(minutes(40 * 24 * 60, 4)).toEqual([0, 14_400, 28_800, 43_200]);
});

test('any range has a handful of ticks inside it', () => {
  fc.assert(
    fc.property(fc.double({ min: 1e-6, max: 1e15, noNaN: true }), fc.integer({ min: 1, max: 12 }), (length, most) => {
      const ticks = ticksOf({ start: 0, end: length }, most);
      expect(ticks.length).toBeLessThanOrEqual(most + 1);
      for (const tick of ticks) expect(tick).toBeLessThanOrEqual(length);
    }),
  );
});
