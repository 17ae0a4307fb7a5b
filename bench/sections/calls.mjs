import { runChild } from '../lib/child.mjs';
import { median, ratio, time } from '../lib/stats.mjs';

const RECORD = ['sync', 'async', 'llm', 'llmAsync', 'nested', 'enrich', 'generator', 'evaluator'];
const COMMAND = (subject, mode, cases) => `node bench/calls-child.cjs ${subject} ${mode} ${cases}`;

/** What each case is called, whom it is compared with, and how many spans a call makes. */
const CASES = {
  sync: ['small call, sync', 1],
  async: ['small call, async', 1],
  llm: ['LLM payload (4.4 KB in, 1.1 KB out), sync', 1],
  llmAsync: ['LLM payload, async', 1],
  nested: ['nested 5 deep, per span', 5],
  enrich: ['enrichSpan with 20 keys, beyond the call', 1],
  generator: ['generator of 1,000, per item', 1],
  evaluator: ['three evaluators, what the caller waits beyond the traced call', 1],
};

const SUBJECTS = [
  { name: 'plain', subject: 'plain', mode: 'record', cases: RECORD },
  { name: 'otel', subject: 'otel', mode: 'record', cases: RECORD },
  { name: 'ours', subject: 'honeyhive', mode: 'record', cases: RECORD },
  { name: 'otel off', subject: 'otel', mode: 'off', cases: ['sync', 'async', 'llm'] },
  { name: 'ours off', subject: 'honeyhive', mode: 'off', cases: ['sync', 'async', 'llm'] },
  { name: 'ours disabled', subject: 'honeyhive', mode: 'disabled', cases: ['sync', 'async', 'llm'] },
  { name: 'otel unsampled', subject: 'otel', mode: 'unsampled', cases: ['sync', 'async', 'llm'] },
  { name: 'ours unsampled', subject: 'honeyhive', mode: 'unsampled', cases: ['sync', 'async', 'llm'] },
];

/** Where a peer does less than the others in the call itself. */
const LATER = {
  opik: ' (does less: keeps references to arguments and result and writes them down later, so that what the program changes meanwhile shows, and searches them for no secrets; tried: docs/decisions/0801)',
};

function shuffled(list) {
  const out = [...list];
  for (let i = out.length - 1; i > 0; i -= 1) {
    const j = Math.floor(Math.random() * (i + 1));
    [out[i], out[j]] = [out[j], out[i]];
  }
  return out;
}

/**
 * Rounds of one process each, in shuffled order. A figure of a round is the least of its groups of calls, which hold
 * their share of garbage collection but not the turns that other programs take; figures and ratios are medians of rounds.
 */
export async function measureCalls({ rounds, ms, peers = [], env }) {
  const subjects = [
    ...SUBJECTS,
    ...peers.map((name) => ({
      name,
      subject: `../peers/${name}`,
      mode: 'record',
      cases: ['sync', 'async', 'llm', 'llmAsync', 'nested'],
    })),
  ];
  const results = [];
  for (let round = 0; round < rounds; round += 1) {
    const figures = {};
    for (const { name, subject, mode, cases } of shuffled(subjects)) {
      figures[name] = await runChild('calls-child.cjs', [subject, mode, cases.join(','), String(ms)], { env });
    }
    results.push(figures);
  }
  return results;
}

const added = (figures, name, which) => figures[name][which].least - figures.plain[which].least;

/** What a span of that kind adds to the call, in one round. */
function cost(figures, name, which) {
  if (which === 'enrich') return figures[name].enrich.least - figures[name].sync.least;
  if (which === 'evaluator') return figures[name].evaluator.least - figures[name].sync.least;
  return added(figures, name, which) / CASES[which][1];
}

const over = (results, value) => median(results.map(value));

export function callRows(results, peers = []) {
  const rows = [];
  const compare = (what, left, right, command, budget = '') => {
    const mine = over(results, left);
    const other = right === undefined ? undefined : over(results, right);
    rows.push({
      what,
      ours: time(mine),
      other: other === undefined ? '' : time(other),
      ratio: right === undefined ? '' : ratio(results.map((figures) => left(figures) / right(figures))),
      budget,
      command,
    });
  };
  const budgets = { sync: '≤ 1.25×, then ≤ 0.5×', llm: '≤ 1×, then ≤ 0.9×', enrich: '≤ 20 µs', evaluator: '≤ 15 µs' };
  for (const [which, [what]] of Object.entries(CASES)) {
    const other = which === 'evaluator' ? undefined : (figures) => cost(figures, 'otel', which);
    const command = COMMAND('honeyhive', 'record', ['enrich', 'evaluator'].includes(which) ? `sync,${which}` : which);
    compare(what, (figures) => cost(figures, 'ours', which), other, command, budgets[which]);
  }
  for (const which of ['sync', 'async', 'llm']) {
    const [what] = CASES[which];
    for (const mode of ['off', 'disabled']) {
      compare(
        `${mode === 'off' ? 'no tracer' : 'disabled: true'}, ${what}`,
        (figures) => Math.max(0, added(figures, `ours ${mode}`, which)),
        (figures) => added(figures, 'otel off', which),
        COMMAND('honeyhive', mode, which),
        '≤ 100 ns',
      );
    }
    compare(
      `unsampled, ${what}`,
      (figures) => added(figures, 'ours unsampled', which),
      (figures) => added(figures, 'otel unsampled', which),
      COMMAND('honeyhive', 'unsampled', which),
    );
    compare(
      `unsampled beside sampled (right), ${what}`,
      (figures) => added(figures, 'ours unsampled', which),
      (figures) => added(figures, 'ours', which),
      COMMAND('honeyhive', 'unsampled', which),
      '≤ 0.5×',
    );
  }
  for (const name of peers) {
    for (const which of ['sync', 'async', 'llm', 'llmAsync', 'nested']) {
      if (results[0][name][which] === undefined) continue;
      compare(
        `ours beside ${name} (right), ${CASES[which][0]}${which.startsWith('llm') ? (LATER[name] ?? '') : ''}`,
        (figures) => cost(figures, 'ours', which),
        (figures) => cost(figures, name, which),
        COMMAND(`../peers/${name}`, 'record', which),
        '< 1×',
      );
    }
  }
  return rows;
}

/** Bytes of heap a call leaves behind; the same in every run. */
export function allocationRows(results) {
  const bytes = (name, which) => median(results.map((figures) => figures[name][which].bytes));
  const rows = [];
  for (const which of ['sync', 'async', 'llm', 'nested', 'enrich']) {
    const mine = bytes('ours', which) - bytes('plain', which);
    const other = bytes('otel', which) - bytes('plain', which);
    rows.push({
      what: `allocated, ${CASES[which][0]}`,
      ours: `${(mine / CASES[which][1]).toFixed(0)} B`,
      other: `${(other / CASES[which][1]).toFixed(0)} B`,
      ratio: `${(mine / other).toFixed(2)}×`,
      command: COMMAND('honeyhive', 'record', which),
    });
  }
  for (const mode of ['off', 'disabled']) {
    rows.push({
      what: `allocated, ${mode === 'off' ? 'no tracer' : 'disabled: true'}, small call, sync`,
      ours: `${Math.max(0, bytes(`ours ${mode}`, 'sync') - bytes('plain', 'sync')).toFixed(0)} B`,
      other: `${(bytes('otel off', 'sync') - bytes('plain', 'sync')).toFixed(0)} B`,
      ratio: '',
      budget: 'none',
      command: COMMAND('honeyhive', mode, 'sync'),
    });
  }
  return rows;
}
