/** `npm run test:faults`: the long forms of the fault, crash and property tests. Takes minutes; arguments go to jest. */
process.env.HH_LONG = '1';
const given = process.argv.slice(2);
if (given.length === 0)
  process.argv.push('--runInBand', '--testPathPatterns', 'test/faults|test/property|server/test/(durability|load)');
await import('./test.mjs');
