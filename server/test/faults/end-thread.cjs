/** Loaded before a server: the thread that was given `END_THREAD` fails once the file `END_WHEN` is there. */
const { existsSync } = require('node:fs');
const { workerData } = require('node:worker_threads');

if (workerData && process.env.END_THREAD in workerData)
  setInterval(() => {
    if (existsSync(process.env.END_WHEN)) throw new Error('ended by a test');
  }, 20).unref();
