/**
 * Loads a heavy CommonJS dependency when it is first needed, synchronously: importing this package stays
 * cheap, and `HoneyHiveTracer.init` stays synchronous. In the ESM build, `scripts/build.mjs` puts a
 * `createRequire` above this line, since `require` does not exist there.
 */
export function load<T>(id: string): T {
  return require(id) as T;
}
