/** What loading costs: node bench/cold-child.mjs empty | require:<specifier> | import:<specifier>, several joined by commas. Prints JSON. */
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const rss = process.memoryUsage.rss();
const cpu = process.cpuUsage();
const start = performance.now();
for (const one of process.argv[2].split(',')) {
  const [how, specifier] = [one.slice(0, one.indexOf(':')), one.slice(one.indexOf(':') + 1)];
  if (how === 'require') require(specifier);
  else if (how === 'import') await import(specifier);
}
const ms = performance.now() - start;
const used = process.cpuUsage(cpu);
const files = Object.keys(require.cache).length;
console.log(
  JSON.stringify({
    ms,
    cpuMs: (used.user + used.system) / 1000,
    rssMb: (process.memoryUsage.rss() - rss) / 2 ** 20,
    files,
  }),
);
