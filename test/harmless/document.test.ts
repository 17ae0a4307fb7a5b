import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '..', '..');
const document = readFileSync(join(root, 'docs', 'harmlessness.md'), 'utf8');
const references = [...document.matchAll(/`(test\/[^`]+)` › (.+?) \|$/gm)].map(
  ([, file, name]) => [file, name] as const,
);

describe('docs/harmlessness.md', () => {
  it('names a test in every row', () => {
    const rows = document.split('\n').filter((line) => /^\| (?!---)/.test(line) && !line.includes('shown by'));
    expect(references).toHaveLength(rows.length);
    expect(rows.length).toBeGreaterThan(50);
  });

  it.each(references)('%s › %s', (file, name) => {
    expect(existsSync(join(root, file as string))).toBe(true);
    const source = readFileSync(join(root, file as string), 'utf8');
    // As a title in quotes, or, of a type test, as the line itself.
    const found =
      ["'", '"', '`'].some((quote) => source.includes(quote + name + quote)) || source.includes(`\n${name};`);
    expect({ name, found }).toEqual({ name, found: true });
  });
});
