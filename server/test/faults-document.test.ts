import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '..', '..');
const document = readFileSync(join(root, 'docs', 'server-faults.md'), 'utf8');
const rows = document.split('\n').filter((line) => /^\| (?!---)/.test(line) && !line.includes('shown by'));
const references = [...document.matchAll(/`((?:server\/)?test\/[^`]+)` › (.+?) \|$/gm)].map(
  ([, file, name]) => [file as string, name as string] as const,
);

/** The titles in a file, as patterns: a test's name may have figures put in, or come from two lists. */
function titlesIn(source: string): RegExp[] {
  const quoted = /'((?:[^'\\\n]|\\.)+)'|"((?:[^"\\\n]|\\.)+)"|`((?:[^`\\]|\\.)+)`/g;
  return [...source.matchAll(quoted)].map(([, single, double, template]) => {
    const text = (single ?? double ?? template ?? '').replaceAll(/\\(.)/g, '$1');
    const plain = (part: string): string => part.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
    const holes = template === undefined ? /%[sj]/ : /%[sj]|\$\{[^}]+\}/;
    return new RegExp(`^${text.split(holes).map(plain).join('.+')}$`);
  });
}

describe('docs/server-faults.md', () => {
  test('names a test in every row, and has a row for every fault', () => {
    expect(references).toHaveLength(rows.length);
    const faults = rows.flatMap((row) => /^\| (V\d+) \|/.exec(row)?.[1] ?? []);
    expect(faults).toEqual(Array.from({ length: 25 }, (_, n) => `V${n + 1}`));
  });

  test.each(references)('%s › %s', (file, name) => {
    expect(existsSync(join(root, file))).toBe(true);
    const titles = titlesIn(readFileSync(join(root, file), 'utf8'));
    // A title of nothing but gaps would stand for everything.
    const found = titles.some((title) => title.source.replaceAll(/\.\+|\W/g, '').length > 5 && title.test(name));
    expect({ name, found }).toEqual({ name, found: true });
  });
});
