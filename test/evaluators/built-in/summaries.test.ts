import { BleuEvaluator, RougeEvaluator, SemanticSimilarityEvaluator } from '../../../evaluators/index';
import { porterStem } from '../../../evaluators/porter-stemmer';
import { evaluated, scored } from '../support';

describe('RougeEvaluator', () => {
  // Asserted by google-research/google-research, rouge/rouge_scorer_test.py (Apache-2.0).
  test('agrees with rouge_score', async () => {
    const lines = 'w1 w2 w6 w7 w8\nw1 w3 w8 w9 w5';
    const { metrics } = await evaluated(new RougeEvaluator(), lines, 'w1 w2 w3 w4 w5');
    expect(metrics['rougeLsum_recall']).toBeCloseTo(0.8, 12);
    expect(metrics['rougeLsum_precision']).toBeCloseTo(0.4, 12);
    const two = await evaluated(new RougeEvaluator({ variant: 'rouge2' }), 'testing one', 'testing one two');
    expect([two.score, two.metrics['rouge2_precision'], two.metrics['rouge2_recall']]).toEqual([2 / 3, 1, 0.5]);
    expect(await scored(new RougeEvaluator(), 'testing two', 'testing one two')).toBeCloseTo(0.8, 12);
  });

  test.each<[ConstructorParameters<typeof RougeEvaluator>[0], string, string | string[], number]>([
    [{}, '', '', 0],
    [{}, 'a', '', 0],
    [{}, 'The CAT, sat!', 'the cat sat', 1],
    [{}, '東京', '東京', 1],
    [{ tokenizer: 'rouge_score' }, '東京', '東京', 0],
    [{}, 'café', 'cafe\u0301', 1],
    [{ tokenizer: 'rouge_score' }, 'café', 'caf', 1],
    [{}, 'running dogs', 'runs dog', 0],
    [{ stemmer: true }, 'running dogs', 'runs dog', 1],
    [{ stemmer: true }, 'ties', 'tie', 1],
    [{ stemmer: true }, 'was', 'wa', 0],
    [{ stemmer: true }, 'running lawyers', 'runs lawyer', 1],
    [{ variant: 'rouge2' }, 'word', 'word', 0],
    [{ variant: 'rouge1' }, 'x x x', 'x', 0.5],
    [{}, 'b c', ['x y', 'b c', 'z'], 1],
  ])('%j, %j and %j: %p', async (options, output, expected, score) => {
    expect(await scored(new RougeEvaluator(options), output, expected)).toBeCloseTo(score, 12);
  });

  test('tells precision, recall and F of all variants', async () => {
    const { metrics } = await evaluated(new RougeEvaluator(), 'a b', 'a b c');
    expect(Object.keys(metrics).sort()).toEqual(
      ['rouge1', 'rouge2', 'rougeL', 'rougeLsum'].flatMap((v) => [`${v}_f`, `${v}_precision`, `${v}_recall`]).sort(),
    );
  });

  test('leaves out what a long text is too long for, unless that is the score', async () => {
    const long = Array.from({ length: 7_200 }, (_, i) => `w${i % 500}`).join(' ');
    const { score, metrics } = await evaluated(new RougeEvaluator(), long, long);
    expect(score).toBe(1);
    expect(metrics).toMatchObject({ rouge1_f: 1, rouge2_f: 1, rougeL_f: 1 });
    expect(Object.keys(metrics).filter((name) => name.startsWith('rougeLsum'))).toEqual([]);
    expect(await evaluated(new RougeEvaluator({ variant: 'rougeLsum' }), long, long)).toMatchObject({
      status: 'error',
      feedback: 'too long to compare: 7200 and 7200 tokens',
    });
  });

  test('a sentence whose union of subsequences repeats a word does not count it twice', async () => {
    const { metrics } = await evaluated(new RougeEvaluator(), 'x y\nx z', 'x y z x');
    expect(metrics['rougeLsum_recall']).toBeCloseTo(3 / 4, 12);
    const once = await evaluated(new RougeEvaluator(), 'x y\nq z', 'x y\nx z');
    expect(once.metrics['rougeLsum_recall']).toBeCloseTo(3 / 4, 12);
  });
});

// Examples of Porter's paper and of NLTK's documentation of its departures.
test.each(
  Object.entries({
    caresses: 'caress',
    ponies: 'poni',
    ties: 'tie',
    caress: 'caress',
    cats: 'cat',
    feed: 'feed',
    agreed: 'agre',
    plastered: 'plaster',
    bled: 'bled',
    motoring: 'motor',
    sing: 'sing',
    conflated: 'conflat',
    troubled: 'troubl',
    sized: 'size',
    hopping: 'hop',
    tanned: 'tan',
    falling: 'fall',
    hissing: 'hiss',
    fizzed: 'fizz',
    failing: 'fail',
    filing: 'file',
    happy: 'happi',
    enjoy: 'enjoy',
    relational: 'relat',
    conditional: 'condit',
    rational: 'ration',
    valenci: 'valenc',
    digitizer: 'digit',
    differentli: 'differ',
    vileli: 'vile',
    analogousli: 'analog',
    vietnamization: 'vietnam',
    operator: 'oper',
    feudalism: 'feudal',
    decisiveness: 'decis',
    hopefulness: 'hope',
    formaliti: 'formal',
    sensitiviti: 'sensit',
    sensibiliti: 'sensibl',
    triplicate: 'triplic',
    formative: 'form',
    electrical: 'electr',
    goodness: 'good',
    revival: 'reviv',
    allowance: 'allow',
    adjustable: 'adjust',
    replacement: 'replac',
    adoption: 'adopt',
    communism: 'commun',
    bowdlerize: 'bowdler',
    probate: 'probat',
    rate: 'rate',
    cease: 'ceas',
    controll: 'control',
    roll: 'roll',
    dying: 'die',
    skies: 'sky',
    news: 'news',
    dies: 'die',
    died: 'die',
    flies: 'fli',
    spied: 'spi',
    hopefully: 'hope',
    archaeology: 'archaeolog',
    proceed: 'proceed',
    generalizations: 'gener',
  }),
)('the stem of %s is %s', (word, stem) => {
  expect(porterStem(word)).toBe(stem);
});

describe('BleuEvaluator', () => {
  const output = 'Producția de zahăr primă va fi exprimată în ceea ce privește zahărul alb;';
  const reference = 'producţia de zahăr brut se exprimă în zahăr alb;';

  // Asserted by mjpost/sacrebleu, test/test_sentence_bleu.py (Apache-2.0).
  test.each([
    ['exp', 8.493],
    ['none', 0],
    ['floor', 4.51688],
    ['add-k', 14.882],
  ] as const)('smoothing %s as sacrebleu: %p', async (smoothing, expected) => {
    expect(100 * Number(await scored(new BleuEvaluator({ smoothing }), output, reference))).toBeCloseTo(expected, 2);
    expect(await scored(new BleuEvaluator({ smoothing }), 'this is a cat', 'okay thanks')).toBe(0);
  });

  test.each<[ConstructorParameters<typeof BleuEvaluator>[0], string, string | string[], number]>([
    [{}, 'Paris', 'Paris', 1],
    [{ effectiveOrder: false }, 'Paris', 'Paris', 0],
    [{}, 'the cat is on the mat', 'the cat is on the mat', 1],
    [{}, '', '', 0],
    [{}, '', 'a', 0],
    [{}, 'x', 'y', 0],
    [{}, 'Hello, world!', 'Hello , world !', 1],
    [{}, '&quot;a&quot; &amp; b', '" a " & b', 1],
    [{}, 'it costs 3.50, not 1-2', 'it costs 3.50 , not 1 - 2', 1],
    [{ maxOrder: 1 }, 'the the the the', 'the cat the dog', 0.5],
    [{ maxOrder: 1 }, 'a b', ['a x', 'y b'], 1],
    [{ maxOrder: 1 }, 'a', 'a b', Math.exp(-1)],
    [{ maxOrder: 1 }, 'a b c', ['a b c d', 'a b'], 1],
  ])('%j, %j and %j: %p', async (options, given, expected, score) => {
    expect(await scored(new BleuEvaluator(options), given, expected)).toBeCloseTo(score, 12);
  });

  test('several references are used together', async () => {
    const expected = ['The dog bit the man.', 'The dog had bit the man.'];
    expect(await scored(new BleuEvaluator(), 'The dog bit the man.', expected)).toBeCloseTo(1, 12);
    expect(await scored(new BleuEvaluator(), 'x')).toBe('skipped');
    expect(await scored(new BleuEvaluator(), {}, 'x')).toBe('error');
  });
});

describe('SemanticSimilarityEvaluator', () => {
  const vectors: Record<string, number[]> = {
    a: [1, 0],
    b: [0, 2],
    c: [-3, 0],
    d: [1, 1],
    zero: [0, 0],
    big: [3e200, 4e200],
    small: [3e-200, 4e-200],
    odd: [1],
    nan: [Number.NaN, 1],
  };
  const embedder = {
    embed: (texts: readonly string[]) => Promise.resolve(texts.map((text) => vectors[text] as number[])),
  };
  const similar = new SemanticSimilarityEvaluator({ embedder });

  test.each<[string, unknown, number | string]>([
    ['a', 'a', 1],
    ['a', 'b', 0],
    ['a', 'c', 0],
    ['a', 'd', Math.SQRT1_2],
    ['a', ['c', 'd'], Math.SQRT1_2],
    ['big', 'small', 1],
  ])('%j and %j: %p', async (output, expected, score) => {
    expect(await scored(similar, output, expected)).toBeCloseTo(Number(score), 12);
  });

  test('an angle that is undefined is an error', async () => {
    for (const expected of ['zero', 'odd', 'nan', 'unknown'])
      expect(await scored(similar, 'a', expected)).toBe('error');
    expect(await scored(similar, {}, 'a')).toBe('error');
    const short = new SemanticSimilarityEvaluator({ embedder: { embed: () => Promise.resolve([[1]]) } });
    expect(await evaluated(short, 'a', 'b')).toMatchObject({
      status: 'error',
      feedback: 'the embedder gave 1 vectors for 2 texts',
    });
  });

  test('tells the cosine, and is of the kind embedding', async () => {
    expect(await evaluated(similar, 'a', 'c')).toMatchObject({ kind: 'embedding', score: 0, metrics: { cosine: -1 } });
  });

  test('without an embedder it is skipped, and says why', async () => {
    const names = ['OPENAI_API_KEY', 'OPENAI_BASE_URL', 'HH_JUDGE_MODEL'];
    const before = { ...process.env };
    for (const name of names) delete process.env[name];
    const result = await evaluated(new SemanticSimilarityEvaluator(), 'a', 'b');
    Object.assign(process.env, before);
    expect(result).toMatchObject({ status: 'skipped', score: null, feedback: expect.stringContaining('no embedder') });
    expect(await scored(similar, 'a')).toBe('skipped');
    expect(() => new SemanticSimilarityEvaluator({ embedder: {} as never })).toThrow('an object with embed(texts)');
  });
});
