import type { StoredDocument } from '../store/trace-store.js';
import { isObject, type JsonObject } from '../wire/value.js';
import { runOf } from './run-shape.js';

export const RUN_ORDERS = ['created_at', 'updated_at', 'name', 'status'] as const;

/** What is asked of a list of runs. */
export interface RunListing {
  ids: string[] | undefined;
  dataset: string | undefined;
  name: string | undefined;
  status: string | undefined;
  /** When it was made, in Unix milliseconds. */
  from: number;
  to: number;
  by: (typeof RUN_ORDERS)[number];
  rising: boolean;
  limit: number;
  page: number;
}

/** A page of runs, of all there are, latest first. */
export function runList(runs: StoredDocument[], asked: RunListing): JsonObject {
  const { limit, page } = asked;
  const found = ordered(runs.filter(wanted(asked)), asked);
  return {
    evaluations: found.slice((page - 1) * limit, page * limit).map(runOf),
    pagination: {
      page,
      limit,
      total: found.length,
      total_unfiltered: runs.length,
      total_pages: Math.ceil(found.length / limit),
      has_next: page * limit < found.length,
      has_prev: page > 1,
    },
    metrics: [],
  };
}

function wanted({ ids, dataset, name, status, from, to }: RunListing): (run: StoredDocument) => boolean {
  const known = ids === undefined ? undefined : new Set(ids);
  return (run) =>
    (known === undefined || known.has(run.id)) &&
    (dataset === undefined || datasetOf(run) === dataset) &&
    (name === undefined || run.name === name) &&
    (status === undefined || run.body.status === status) &&
    run.createdMs >= from &&
    run.createdMs <= to;
}

/** A dataset that is not kept here is named in the run's metadata. */
function datasetOf({ body }: StoredDocument): unknown {
  return body.dataset_id ?? (isObject(body.metadata) ? body.metadata.offline_dataset_id : undefined);
}

function ordered(runs: StoredDocument[], { by, rising }: RunListing): StoredDocument[] {
  const key = (run: StoredDocument): number | string =>
    ({ created_at: run.createdMs, updated_at: run.updatedMs, name: run.name ?? '', status: String(run.body.status) })[
      by
    ];
  const sign = rising ? 1 : -1;
  // Sorting keeps the order of equals: of two made in the same millisecond the list knows which was first.
  return (rising ? [...runs].reverse() : [...runs]).sort((a, b) =>
    key(a) < key(b) ? -sign : key(a) > key(b) ? sign : 0,
  );
}
