/** US dollars a million tokens: input, output. */
export type PriceTable = Readonly<Record<string, readonly [input: number, output: number]>>;

/** List prices of common models; an own table (`prices`, `HH_LOCAL_PRICES`) comes first. Longest matching prefix wins. */
export const LIST_PRICES: PriceTable = {
  'gpt-4o': [2.5, 10],
  'gpt-4o-mini': [0.15, 0.6],
  'gpt-4.1': [2, 8],
  'gpt-4.1-mini': [0.4, 1.6],
  'gpt-4.1-nano': [0.1, 0.4],
  'gpt-4-turbo': [10, 30],
  'gpt-4': [30, 60],
  'gpt-3.5-turbo': [0.5, 1.5],
  'gpt-5': [1.25, 10],
  'gpt-5-mini': [0.25, 2],
  'gpt-5-nano': [0.05, 0.4],
  o1: [15, 60],
  o3: [2, 8],
  'o3-mini': [1.1, 4.4],
  'o4-mini': [1.1, 4.4],
  'text-embedding-3-small': [0.02, 0],
  'text-embedding-3-large': [0.13, 0],
  'claude-3-haiku': [0.25, 1.25],
  'claude-3-5-haiku': [0.8, 4],
  'claude-3-5-sonnet': [3, 15],
  'claude-3-7-sonnet': [3, 15],
  'claude-sonnet-4': [3, 15],
  'claude-opus-4': [15, 75],
  'gemini-1.5-flash': [0.075, 0.3],
  'gemini-1.5-pro': [1.25, 5],
  'gemini-2.0-flash': [0.1, 0.4],
  'gemini-2.5-flash': [0.3, 2.5],
  'gemini-2.5-pro': [1.25, 10],
};

export function costOf(
  model: string | undefined,
  prompt: number,
  completion: number,
  own: PriceTable = {},
): number | undefined {
  if (model === undefined || prompt + completion === 0) return undefined;
  // `openai/gpt-4o` and `models/gemini-2.0-flash` name the same models.
  const whole = model.toLowerCase();
  const name = whole.split('/').pop() as string;
  const candidates = [find(own, whole), find(own, name), find(LIST_PRICES, name)].filter((one) => one !== undefined);
  // The more exact name wins: an own price for gpt-4o says nothing about gpt-4o-mini. At a tie the own table does.
  const price = candidates.reduce<Found | undefined>(
    (best, one) => (best === undefined || one.name.length > best.name.length ? one : best),
    undefined,
  )?.price;
  return price === undefined ? undefined : (prompt * price[0] + completion * price[1]) / 1e6;
}

interface Found {
  name: string;
  price: readonly [number, number];
}

function find(table: PriceTable, model: string): Found | undefined {
  let best = '';
  for (const name of Object.keys(table)) {
    if (name.length <= best.length || !model.startsWith(name)) continue;
    const next = model[name.length];
    if (next === undefined || /[-:@_]/.test(next)) best = name;
  }
  const price = table[best];
  return best === '' || price === undefined ? undefined : { name: best, price };
}
