import type { Country } from 'world-countries';
import { allCountries, currenciesOf, languagesOf, nameOf, neighboursOf } from './countries.js';

/** A question, what would be right (several: any of them), and what makes it easy or hard. */
export interface Question {
  text: string;
  expected: string | string[];
  kind: string;
}

type Maker = (country: Country) => Question | undefined;

/** A repeatable shuffle: the same questions at every run. */
function shuffled<T>(items: readonly T[], seed: number): T[] {
  let state = seed;
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  return items
    .map((item) => ({ item, key: next() }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);
}

const joined = (items: readonly string[]) => items.join(', ');
const only = <T>(items: readonly T[]): T | undefined => (items.length === 1 ? items[0] : undefined);

const makers: Record<string, { count: number; make: Maker }> = {
  capital: {
    count: 55,
    make: (country) => {
      const capital = only(country.capital);
      return capital
        ? { kind: 'capital', text: `What is the capital of ${nameOf(country)}?`, expected: capital }
        : undefined;
    },
  },
  'capital to country': {
    count: 40,
    make: (country) => {
      const capital = only(country.capital);
      return capital
        ? {
            kind: 'capital to country',
            text: `Which country has ${capital} as its capital?`,
            expected: nameOf(country),
          }
        : undefined;
    },
  },
  currency: {
    count: 35,
    make: (country) => {
      const currency = only(currenciesOf(country));
      return currency
        ? { kind: 'currency', text: `Which currency is used in ${nameOf(country)}?`, expected: currency }
        : undefined;
    },
  },
  paraphrase: {
    count: 20,
    make: (country) => {
      const currency = only(currenciesOf(country));
      return currency
        ? { kind: 'paraphrase', text: `What money do people in ${nameOf(country)} pay with?`, expected: currency }
        : undefined;
    },
  },
  languages: {
    count: 35,
    make: (country) => {
      const languages = languagesOf(country);
      return languages.length > 0
        ? { kind: 'languages', text: `Which languages are spoken in ${nameOf(country)}?`, expected: joined(languages) }
        : undefined;
    },
  },
  borders: {
    count: 35,
    make: (country) => {
      const neighbours = neighboursOf(country).map(nameOf);
      return neighbours.length > 0
        ? {
            kind: 'borders',
            text: `Which countries have borders with ${nameOf(country)}?`,
            expected: joined(neighbours),
          }
        : undefined;
    },
  },
  demonym: {
    count: 20,
    make: (country) => {
      const name = country.demonyms.eng?.m;
      return name
        ? { kind: 'demonym', text: `What are people from ${nameOf(country)} called?`, expected: name }
        : undefined;
    },
  },
  'own name': {
    count: 20,
    make: (country) => {
      const native = Object.values(country.name.native ?? {})[0]?.common;
      const capital = only(country.capital);
      return native && capital && native !== nameOf(country)
        ? { kind: 'own name', text: `What is the capital of ${native}?`, expected: capital }
        : undefined;
    },
  },
  'two steps': {
    count: 30,
    make: (country) => {
      const neighbour = only(neighboursOf(country));
      const capital = neighbour && only(neighbour.capital);
      return capital
        ? {
            kind: 'two steps',
            text: `What is the capital of the only neighbour of ${nameOf(country)}?`,
            expected: capital,
          }
        : undefined;
    },
  },
  counting: {
    count: 15,
    make: (country) => {
      const count = neighboursOf(country).length;
      return count > 1
        ? {
            kind: 'counting',
            text: `How many countries have borders with ${nameOf(country)}?`,
            expected: String(count),
          }
        : undefined;
    },
  },
};

/** "Largest" needs every country of a region, which no single page tells. */
function superlatives(): Question[] {
  const regions = [...new Set(allCountries.map(({ subregion }) => subregion))].filter(Boolean);
  return regions.map((region) => {
    const inside = allCountries.filter(({ subregion }) => subregion === region);
    const largest = inside.reduce((best, country) => (country.area > best.area ? country : best));
    return { kind: 'superlative', text: `Which country in ${region} has the largest area?`, expected: nameOf(largest) };
  });
}

/** Names that several countries share a part of; any of their capitals is right. */
function ambiguous(): Question[] {
  const shared = [
    'Congo',
    'Guinea',
    'Korea',
    'Samoa',
    'Sudan',
    'Virgin Islands',
    'Saint Martin',
    'Ireland',
    'Dominica',
  ];
  return shared.map((name) => {
    const meant = allCountries.filter((country) => nameOf(country).split(' ').join(' ').includes(name));
    return {
      kind: 'ambiguous',
      text: `What is the capital of ${name}?`,
      expected: meant.flatMap(({ capital }) => capital),
    };
  });
}

/** The right answer is that there is none. */
function unanswerable(): Question[] {
  return allCountries
    .filter(({ capital }) => capital.length === 0)
    .map((country) => ({
      kind: 'no answer',
      text: `Who wrote the anthem of ${nameOf(country)}?`,
      expected: 'unknown',
    }));
}

/** A few hundred questions, made from the data, easy ones and hard ones mixed. No two have the same text. */
export function makeQuestions(limit = Number.POSITIVE_INFINITY): Question[] {
  const made = Object.values(makers).flatMap(({ count, make }, index) =>
    shuffled(allCountries, index + 1)
      .map(make)
      .filter((question) => question !== undefined)
      .slice(0, count),
  );
  const unique = new Map([...made, ...superlatives(), ...ambiguous(), ...unanswerable()].map((q) => [q.text, q]));
  return shuffled([...unique.values()], 7).slice(0, limit);
}
