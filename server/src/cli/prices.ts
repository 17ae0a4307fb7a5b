import { readFileSync } from 'node:fs';
import type { PriceTable } from '../wire/price.js';
import { isObject } from '../wire/value.js';
import { CliError } from './errors.js';

/** A JSON file with US dollars a million tokens by model: `{ "my-model": [input, output] }`. */
export function readPrices(file: string): PriceTable {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new CliError(
      `HH_LOCAL_PRICES: cannot read ${file}: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  if (!isObject(value)) throw new CliError(`HH_LOCAL_PRICES: ${file} is not an object`);
  const table: Record<string, [number, number]> = {};
  for (const [model, price] of Object.entries(value)) {
    const [input, output] = Array.isArray(price) ? (price as unknown[]) : [];
    if (typeof input !== 'number' || typeof output !== 'number' || input < 0 || output < 0)
      throw new CliError(`HH_LOCAL_PRICES: the price of '${model}' is not [input, output] in dollars a million tokens`);
    table[model.toLowerCase()] = [input, output];
  }
  return table;
}
