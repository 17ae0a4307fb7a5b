import { runChild } from '../lib/child.mjs';
import { median, ratio, time } from '../lib/stats.mjs';

export async function insideRows({ rounds }) {
  const flats = [];
  const sessions = [];
  for (let round = 0; round < rounds; round += 1) {
    flats.push(await runChild('inside-child.cjs', ['flatten']));
    sessions.push(await runChild('inside-child.cjs', ['session']));
  }
  const rows = Object.keys(flats[0]).map((leaves) => ({
    what: `flatten an object of ${Number(leaves).toLocaleString('en')} leaves${leaves > 1_024 ? ', of which 1,024 are kept' : ''} (right: JSON.stringify of it)`,
    ours: time(median(flats.map((one) => one[leaves].flat))),
    other: time(median(flats.map((one) => one[leaves].json))),
    ratio: ratio(flats.map((one) => one[leaves].flat / one[leaves].json)),
    command: 'node bench/inside-child.cjs flatten',
  }));
  rows.push({
    what: `enrichSession in a loop of 10,000, per call (${median(sessions.map((one) => one.requests))} requests)`,
    ours: time(median(sessions.map((one) => one.ns))),
    other: '',
    ratio: '',
    command: 'node bench/inside-child.cjs session',
  });
  return rows;
}
