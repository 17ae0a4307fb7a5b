import type { Country } from 'world-countries';
import countries from 'world-countries';

/** What is written about one country: its name and a handful of plain sentences. */
export interface CountryPage {
  code: string;
  name: string;
  otherNames: string;
  text: string;
}

const byCode = new Map(countries.map((country) => [country.cca3, country]));

export const allCountries: readonly Country[] = countries;

export const nameOf = (country: Country): string => country.name.common;

export const neighboursOf = (country: Country): Country[] =>
  country.borders.map((code) => byCode.get(code)).filter((other) => other !== undefined);

export const languagesOf = (country: Country): string[] => Object.values(country.languages);

export const currenciesOf = (country: Country): string[] => Object.values(country.currencies).map(({ name }) => name);

export function listed(items: readonly string[]): string {
  return items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
}

function sentencesAbout(country: Country): string[] {
  const name = nameOf(country);
  const languages = languagesOf(country);
  const currencies = currenciesOf(country);
  const neighbours = neighboursOf(country).map(nameOf);
  const [dialRoot, dialSuffix] = [country.idd.root, country.idd.suffixes[0] ?? ''];
  return [
    `The official name of ${name} is ${country.name.official}`,
    country.capital.length > 0 && `The capital of ${name} is ${listed(country.capital)}`,
    country.subregion && `${name} lies in ${country.subregion}, a part of ${country.region}`,
    languages.length > 0 && `The languages spoken in ${name} are ${listed(languages)}`,
    currencies.length > 0 && `The currency used in ${name} is the ${listed(currencies)}`,
    neighbours.length > 0 && `${name} has borders with ${listed(neighbours)}`,
    neighbours.length === 0 && `${name} has no land borders`,
    `The area of ${name} is ${country.area.toLocaleString('en-US')} square kilometres`,
    country.demonyms.eng && `People from ${name} are called ${country.demonyms.eng.m}`,
    dialRoot && `The calling code of ${name} is ${dialRoot}${country.idd.suffixes.length === 1 ? dialSuffix : ''}`,
    country.tld[0] && `The internet domain of ${name} is ${country.tld[0]}`,
  ].filter((sentence) => typeof sentence === 'string' && sentence !== '') as string[];
}

/** The library that the questions are answered from, one page a country. */
export const countryPages: readonly CountryPage[] = countries.map((country) => ({
  code: country.cca3,
  name: nameOf(country),
  otherNames: country.altSpellings.join(' '),
  text: sentencesAbout(country)
    .map((sentence) => `${sentence}.`)
    .join('\n'),
}));
