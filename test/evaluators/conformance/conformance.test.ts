import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { covered, outcomeOf, tableOf } from './report';
import { ROOT } from './vectors';

const DOCUMENT = join(ROOT, 'docs', 'evaluators-conformance.md');

describe('published vectors', () => {
  test.each(covered.map((vector) => [vector.id, vector] as const))('%s', async (_id, vector) => {
    const { got, agrees } = await outcomeOf(vector);
    expect({ got, agrees }).toEqual({ got, agrees: true });
  });

  test('the table in docs/ is the one of this run', async () => {
    const table = tableOf(await Promise.all(covered.map(outcomeOf)));
    if (process.env['UPDATE_CONFORMANCE']) writeFileSync(DOCUMENT, table);
    expect(readFileSync(DOCUMENT, 'utf8').replaceAll('\r\n', '\n')).toBe(table);
  });
});
