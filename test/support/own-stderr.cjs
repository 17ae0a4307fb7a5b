/**
 * The test files that run in one worker share the process and its stderr. Each gets a stderr of its own, which writes
 * to the shared one: what a file replaces there hears that file alone, not a timer that another one left behind.
 */
const shared = process.stderr;
const own = { write: (...args) => shared.write(...args) };

Object.defineProperty(process, 'stderr', {
  configurable: true,
  enumerable: true,
  value: new Proxy(shared, {
    get(target, key) {
      if (Object.hasOwn(own, key)) return own[key];
      const value = target[key];
      return typeof value === 'function' ? value.bind(target) : value;
    },
    set(_target, key, value) {
      own[key] = value;
      return true;
    },
    deleteProperty: (_target, key) => delete own[key],
  }),
});
