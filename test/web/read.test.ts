import fc from 'fast-check';
import { readSession, userOf } from '../../server/web/src/session.js';
import { isScored, ownMetrics, readThinSpan, readWholeSpan } from '../../server/web/src/span.js';

test('whatever comes over the wire becomes a session and a span', () => {
  fc.assert(
    fc.property(
      fc.anything(),
      fc.dictionary(
        fc.constantFrom(
          'sessionId',
          'scores',
          'tokens',
          'error',
          'evaluations',
          'events',
          'startTime',
          'inputs',
          'flags',
        ),
        fc.anything(),
      ),
      (any, some) => {
        for (const raw of [any, some]) {
          expect(typeof readSession(raw).sessionId).toBe('string');
          expect(typeof readThinSpan(raw).startTime).toBe('number');
          expect(Array.isArray(readWholeSpan(raw).evaluations)).toBe(true);
        }
      },
    ),
  );
});

test('the user is found by the usual names', () => {
  expect(userOf(readSession({ userProperties: { plan: 'team', user_id: 'u1', email: 'a@example.org' } }))).toBe('u1');
  expect(userOf(readSession({ userProperties: { email: 'a@example.org' } }))).toBe('a@example.org');
  expect(userOf(readSession({ userProperties: { id: 7 } }))).toBe('7');
  expect(userOf(readSession({}))).toBeNull();
});

test('scores come as a dictionary of numbers, verdicts included', () => {
  const { scores } = readThinSpan({ scores: { f1: 0.5, ok: true } });
  expect(scores).toEqual([
    { name: 'f1', score: 0.5, passed: null },
    { name: 'ok', score: null, passed: true },
  ]);
});

test('an evaluation without score and verdict is unscored', () => {
  const [skipped, zero] = readWholeSpan({
    evaluations: [
      { name: 'judge', score: null, status: 'skipped' },
      { name: 'f1', score: 0 },
    ],
  }).evaluations;
  expect([skipped && isScored(skipped), zero && isScored(zero)]).toEqual([false, true]);
});

test('a running span has no duration yet', () => {
  expect(readThinSpan({ startTime: 5, endTime: null, durationMs: null, running: true })).toMatchObject({
    durationMs: null,
    endTime: 5,
    running: true,
  });
});

test('metrics that only repeat an evaluation are left out', () => {
  const { evaluations } = readWholeSpan({ evaluations: [{ name: 'f1', score: 1 }] });
  expect(ownMetrics({ f1: 1, f1_explanation: 'x', f1_total: 2, latency: 3 }, evaluations)).toEqual({
    f1_total: 2,
    latency: 3,
  });
});
