import * as fc from 'fast-check';
import { cut, wellFormed } from '../../src/attributes/text';
import { isWellFormed } from './support';

const texts = fc.string({ unit: 'binary', maxLength: 300 });

describe('texts', () => {
  it('replaces lone surrogates only', () => {
    expect(wellFormed('a\ud800b\udc00c 😀')).toBe('a\ufffdb\ufffdc 😀');
    fc.assert(fc.property(texts, (text) => isWellFormed(wellFormed(text)) && wellFormed(text).length === text.length));
  });

  it('says how much is left out', () => {
    expect(cut('short', 10)).toBe('short');
    expect(cut('x'.repeat(100), 50)).toBe(`${'x'.repeat(23)}… [77 characters left out]`);
    expect(cut('head of a long text', 100, 5_000)).toBe('head of a long text… [4981 characters left out]');
  });

  it('never cuts a code point in two, and never exceeds the limit', () => {
    fc.assert(
      fc.property(texts, fc.nat(320), (text, max) => {
        const made = cut(wellFormed(text), max);
        expect(made.length).toBeLessThanOrEqual(max);
        expect(isWellFormed(made)).toBe(true);
      }),
    );
  });
});
