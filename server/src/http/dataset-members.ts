import type { Scope, StoredDocument, TraceStore } from '../store/trace-store.js';
import { datasetsOf } from './data-kinds.js';
import { inTurn } from './in-turn.js';

const PAGE = 1000;
/** So many datasets are looked through for one datapoint. */
const MOST_DATASETS = 10_000;

/**
 * Which datapoints a dataset has. A datapoint names the dataset it was made in (its parent); a dataset lists those that
 * it was given by id. Both count.
 */
export class DatasetMembers {
  readonly #store: TraceStore;
  readonly #changing = inTurn();

  constructor(store: TraceStore) {
    this.#store = store;
  }

  /** Ids: first those that were listed, then in the order they were added. */
  async ids(scope: Scope, dataset: StoredDocument): Promise<string[]> {
    const made = (await this.#made(scope, dataset.id)).map((one) => one.id).reverse();
    return [...new Set([...listed(dataset), ...made])];
  }

  /** The datapoints themselves, latest first. */
  async documents(scope: Scope, datasetId: string): Promise<StoredDocument[]> {
    const made = await this.#made(scope, datasetId);
    const known = new Set(made.map((one) => one.id));
    const dataset = await this.#store.getDocument(scope, 'dataset', datasetId);
    const others = (dataset ? listed(dataset) : []).filter((id) => !known.has(id));
    return [...made, ...(await this.documentsOf(scope, others)).reverse()];
  }

  /** Those that are there of some ids, in their order. */
  async documentsOf(scope: Scope, ids: readonly string[]): Promise<StoredDocument[]> {
    const found: StoredDocument[] = [];
    for (const id of new Set(ids)) {
      const one = await this.#store.getDocument(scope, 'datapoint', id);
      if (one) found.push(one);
    }
    return found;
  }

  /** Gives a dataset a new list with `put`; who is not on it belongs to it no more. */
  replace<T>(scope: Scope, datasetId: string, ids: readonly string[], put: () => Promise<T>): Promise<T> {
    const wanted = new Set(ids);
    return this.#changing(JSON.stringify([scope.project, datasetId]), async () => {
      const done = await put();
      for (const one of done === undefined ? [] : await this.#made(scope, datasetId))
        if (!wanted.has(one.id)) await this.#unlink(scope, one, datasetId);
      return done;
    });
  }

  /** Whether it was in there. */
  async remove(scope: Scope, dataset: StoredDocument, datapointId: string): Promise<boolean> {
    const datapoint = await this.#store.getDocument(scope, 'datapoint', datapointId);
    const linked = datapoint !== undefined && datapoint.parent === dataset.id;
    if (linked) await this.#unlink(scope, datapoint, dataset.id);
    return (await this.#list(scope, dataset.id, datapointId, false)) || linked;
  }

  /** Has exactly these datasets list a datapoint; its parent needs not. */
  async listIn(scope: Scope, datapointId: string, datasets: readonly string[]): Promise<void> {
    const [parent, ...others] = datasets;
    for (const dataset of await this.#store.listDocuments(scope, 'dataset', { limit: MOST_DATASETS })) {
      const has = listed(dataset).includes(datapointId);
      if (has !== others.includes(dataset.id) && !(has && dataset.id === parent))
        await this.#list(scope, dataset.id, datapointId, !has);
    }
  }

  async #made(scope: Scope, parent: string): Promise<StoredDocument[]> {
    const all: StoredDocument[] = [];
    for (let more = true; more; ) {
      const page = await this.#store.listDocuments(scope, 'datapoint', { parent, limit: PAGE, offset: all.length });
      all.push(...page);
      more = page.length === PAGE;
    }
    return all;
  }

  async #unlink(scope: Scope, datapoint: StoredDocument, datasetId: string): Promise<void> {
    const left = datasetsOf(datapoint.body, datapoint.parent).filter((id) => id !== datasetId);
    const change = { id: datapoint.id, parent: left[0] ?? '', body: { linked_datasets: left } };
    await this.#store.putDocument(scope, 'datapoint', change, 'merge');
  }

  /** Puts a datapoint on a dataset's list, or takes it off; whether that changed anything. */
  #list(scope: Scope, datasetId: string, datapointId: string, on: boolean): Promise<boolean> {
    return this.#changing(JSON.stringify([scope.project, datasetId]), async () => {
      const dataset = await this.#store.getDocument(scope, 'dataset', datasetId);
      if (!dataset || listed(dataset).includes(datapointId) === on) return false;
      const others = listed(dataset).filter((id) => id !== datapointId);
      const body = { datapoints: on ? [...others, datapointId] : others };
      await this.#store.putDocument(scope, 'dataset', { id: datasetId, body }, 'merge');
      return true;
    });
  }
}

function listed({ body }: StoredDocument): string[] {
  return Array.isArray(body.datapoints) ? body.datapoints.filter((one): one is string => typeof one === 'string') : [];
}
