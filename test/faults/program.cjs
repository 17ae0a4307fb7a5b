/* A program of a user's, reduced to what a fault test needs: makes spans, then ends the way it is told. */
const { join } = require('node:path');
const { writeSync } = require('node:fs');
const { HoneyHiveTracer } = require(join(process.env.HH_BUILT, 'index.js'));

const plan = JSON.parse(process.argv[2]);
const say = (text) => writeSync(1, `${text}\n`);

const tracer = HoneyHiveTracer.init({ apiKey: 'test-key', serverUrl: plan.server, sessionApi: false, ...plan.options });

function make(count, prefix = 'span') {
  for (let i = 0; i < count; i++) tracer.trace(`${prefix} ${i}`, () => i);
}

const endings = {
  natural() {},
  beforeExitListeners() {
    let fired = 0;
    process.on('beforeExit', () => {
      fired += 1;
      say(`beforeExit ${fired}`);
      if (fired === 1) setTimeout(() => make(1, 'late'), 10);
    });
  },
  exit() {
    process.exit(7);
  },
  flushThenExit() {
    void tracer.flush({ timeoutMs: plan.flushMs ?? 5000 }).then(() => {
      make(1, 'last');
      process.exit(7);
    });
  },
  slowEvaluator() {
    const { Evaluate } = require(join(process.env.HH_BUILT, 'index.js'));
    const judge = Evaluate({ tracer, evaluator: () => new Promise(() => {}) });
    const desk = { answer: () => 'yes' };
    judge(desk, 'answer', Object.getOwnPropertyDescriptor(desk, 'answer')).value();
    process.on('beforeExit', () => {});
  },
  exitInside() {
    tracer.trace('open', () => process.exit(3));
  },
  exitTwice() {
    process.on('exit', () => {
      make(1, 'in exit');
      process.exit(9);
    });
    process.exit(1);
  },
  throw() {
    throw new Error('boom');
  },
  throwNull() {
    throw null;
  },
  reject() {
    Promise.reject(new Error('boom'));
  },
  wait() {
    setInterval(() => {}, 1000);
  },
  waitWithHandler() {
    const alive = setInterval(() => {}, 1000);
    process.once('SIGTERM', () => {
      say('handled');
      setTimeout(() => {
        clearInterval(alive);
        process.exitCode = 5;
      }, 300);
    });
  },
  waitWithSignalExit() {
    // What the package signal-exit does: a listener that raises the signal again if it is the only one.
    setInterval(() => {}, 1000);
    const listener = () => {
      say(`listeners ${process.listeners('SIGTERM').length}`);
      if (process.listeners('SIGTERM').length > 1) return;
      process.removeListener('SIGTERM', listener);
      process.kill(process.pid, 'SIGTERM');
    };
    process.on('SIGTERM', listener);
  },
  abort() {
    setTimeout(() => process.abort(), plan.afterMs ?? 300);
  },
  flushed() {
    void tracer.flush({ timeoutMs: plan.flushMs ?? 5000 }).then((receipt) => say(`receipt ${JSON.stringify(receipt)}`));
  },
  closed() {
    void tracer
      .close({ timeoutMs: plan.flushMs ?? 5000 })
      .then((receipt) => say(`receipt ${JSON.stringify(receipt)} stats ${JSON.stringify(tracer.stats())}`));
  },
  worker() {
    const { Worker } = require('node:worker_threads');
    const worker = new Worker(__filename, {
      argv: [JSON.stringify({ ...plan, ending: plan.workerEnding ?? 'natural' })],
    });
    worker.on('exit', (code) => say(`worker exit ${code}`));
  },
  cluster() {
    const { fork } = require('node:child_process');
    for (let i = 0; i < 2; i++)
      fork(__filename, [JSON.stringify({ ...plan, ending: 'natural' })], {
        stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      }).on('exit', () => say('fork ended'));
  },
};

async function main() {
  if (plan.perSecond) {
    // A steady load: batches each 50 ms, for plan.seconds.
    const start = performance.now();
    let made = 0;
    await new Promise((resolve) => {
      const timer = setInterval(() => {
        const due = Math.min(
          plan.perSecond * plan.seconds,
          Math.floor(((performance.now() - start) / 1000) * plan.perSecond),
        );
        make(due - made);
        made = due;
        if (made >= plan.perSecond * plan.seconds) {
          clearInterval(timer);
          resolve();
        }
      }, 50);
    });
  } else make(plan.spans ?? 50, plan.prefix);
  if (plan.tick) {
    // Watches how long the event loop is taken while the queue works.
    const delay = require('node:perf_hooks').monitorEventLoopDelay({ resolution: 1 });
    setTimeout(() => {
      delay.enable();
      void tracer.flush({ timeoutMs: 30_000 }).then(() => {
        delay.disable();
        say(`longest ${Math.round(delay.max / 1e6)} ms`);
      });
    }, 0);
  }
  if (plan.bytes)
    for (let i = 0; i < plan.count; i++)
      tracer.trace('big', () => 0, { attributes: { data: String(i).padEnd(plan.bytes, Math.random().toString(36)) } });
  if (plan.stats)
    process.on('exit', () => say(`stats ${JSON.stringify(tracer.stats())} rss ${process.memoryUsage().rss}`));
  say('DONE');
  endings[plan.ending]();
}

if (plan.perSecond) void main();
else main();
