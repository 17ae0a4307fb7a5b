/** The thread that writes, at its end. */
import { join } from 'node:path';
import { openForWriting } from '../dist/store/sqlite/store-file';
import { WriteLoop } from '../dist/store/sqlite/write-loop';
import { folder } from './support/local';

test('what goes wrong in the last group keeps neither its callers waiting nor the file', async () => {
  const file = join(folder(), 'traces.db');
  const answered: number[] = [];
  let fails = true;
  const loop = new WriteLoop({
    file,
    prices: {},
    retentionBytes: undefined,
    say: () => undefined,
    answer: ({ id }) => {
      if (fails) {
        fails = false;
        throw new Error('the answer cannot be handed over');
      }
      answered.push(id);
    },
  });
  loop.add({ id: 1, op: 'nobody knows this', args: [{}] });
  loop.add({ id: 2, op: 'startSession', args: [{}, { sessionId: 'one', buckets: {} }] });
  await loop.close();
  expect(answered).toEqual(expect.arrayContaining([1, 2]));
  openForWriting(file, () => undefined).release();
});
