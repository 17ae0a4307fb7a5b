import { enrichSpan, type HoneyHiveTracer, Trace } from 'honeyhive-decorators';
import MiniSearch from 'minisearch';
import { type CountryPage, countryPages } from './countries.js';
import { comparable, isSilent } from './words.js';

/** A page that the search found, best first. */
export interface Passage {
  country: string;
  text: string;
  relevance: number;
}

/** Full-text search over the country pages. */
export class CountryRetriever {
  readonly #index = new MiniSearch<CountryPage>({
    idField: 'code',
    fields: ['name', 'otherNames', 'text'],
    storeFields: ['name', 'text'],
    processTerm: (term) => (isSilent(term) ? null : comparable(term)),
    searchOptions: { boost: { name: 4, otherNames: 2 } },
  });

  readonly tracer: HoneyHiveTracer;

  constructor(tracer: HoneyHiveTracer) {
    this.tracer = tracer;
    this.#index.addAll(countryPages);
  }

  @Trace({ eventType: 'tool', tracer: (self: CountryRetriever) => self.tracer })
  search(question: string, limit = 4): Passage[] {
    const found = this.#index.search(question);
    enrichSpan({ metrics: { hits: found.length, best_score: found[0]?.score ?? 0 }, index: 'country pages' });
    return found.slice(0, limit).map(({ name, text, score }) => ({ country: name, text, relevance: score }));
  }
}
