export type LengthUnit = 'grapheme' | 'codePoint' | 'word' | 'sentence' | 'line';

/** One segmenter per granularity: making one costs more than most counts. English, so that no machine counts differently. */
const segmenters = new Map<'grapheme' | 'word' | 'sentence', Intl.Segmenter>();

/** How many of `unit` a text has. Graphemes, words and sentences by Unicode's UAX #29, as ICU does it; blank sentences do not count. */
export function countUnits(text: string, unit: LengthUnit): number {
  switch (unit) {
    case 'codePoint':
      return count(text, () => true);
    case 'grapheme':
      // Of ASCII only a line break of two characters is less than its length; segmenting is a hundred times slower.
      if (/^[ -~\n\t]*$/.test(text)) return text.length;
      return count(segments(text, 'grapheme'), () => true);
    case 'word':
      return count(segments(text, 'word'), (segment) => segment.isWordLike === true);
    case 'sentence':
      return count(segments(text, 'sentence'), (segment) => segment.segment.trim() !== '');
    case 'line':
      return text === '' ? 0 : text.replace(/(?:\r\n|\n|\r)$/, '').split(/\r\n|\n|\r/).length;
  }
}

function segments(text: string, granularity: 'grapheme' | 'word' | 'sentence'): Iterable<Intl.SegmentData> {
  const segmenter = segmenters.get(granularity) ?? new Intl.Segmenter('en', { granularity });
  segmenters.set(granularity, segmenter);
  return segmenter.segment(text);
}

function count<T>(items: Iterable<T>, counts: (item: T) => boolean): number {
  let n = 0;
  for (const item of items) if (counts(item)) n += 1;
  return n;
}
