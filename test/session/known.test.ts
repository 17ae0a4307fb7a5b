import { createKnownSessions } from '../../src/session/known.js';
import { A, startOf } from './support.js';

it('of 10,000 sessions, one whose start was refused is not forgotten: its spans must ask for it', () => {
  const known = createKnownSessions();
  const add = (id: string, outcome: 'started' | 'given_up'): void => {
    known.add(id, Promise.resolve(outcome), startOf(id));
    known.set(id, outcome, startOf(id));
  };
  add(A, 'given_up');
  for (let i = 0; i < 10_050; i++) add(`other-${i}`, 'started');
  expect(known.get(A)?.state).toBe('given_up');
  expect(known.get('other-0')).toBeUndefined();
  expect(known.get('other-10049')?.state).toBe('started');
});
