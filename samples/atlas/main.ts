/**
 * A question answerer over the countries of the world, traced and scored. Several readers use it at once.
 * Sends to the local server unless the environment names another place; options: --questions N, --readers N, --verify.
 */
import { parseArgs } from 'node:util';
import { enrichSession, HoneyHiveTracer } from 'honeyhive-decorators';
import { Answerer } from './answerer.js';
import { SpanCounter } from './counter.js';
import { Desk } from './desk.js';
import { modelFromEnvironment } from './model.js';
import { Progress } from './progress.js';
import { makeQuestions } from './questions.js';
import { visitAll } from './readers.js';
import { CountryRetriever } from './retriever.js';
import { scoreboard } from './scoring.js';
import { differences, serverCounts } from './server-counts.js';
import { summary } from './summary.js';

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      questions: { type: 'string', default: '400' },
      readers: { type: 'string', default: '12' },
      verify: { type: 'boolean', default: false },
    },
  });
  const model = modelFromEnvironment();
  const questions = makeQuestions(Number(values.questions));
  const counter = new SpanCounter();
  const tracer = HoneyHiveTracer.init({
    sessionName: 'atlas',
    metadata: { sample: 'atlas', questions: questions.length, model: model?.name ?? 'extractive' },
    spanProcessors: [counter],
  });
  const before = values.verify ? await serverCounts(tracer.serverUrl) : undefined;

  const desk = new Desk(new CountryRetriever(tracer), new Answerer(tracer, model), questions, tracer);
  const progress = new Progress(questions.length, 'questions');
  const started = performance.now();
  const visits = await visitAll(desk, questions, Number(values.readers), () => progress.step());
  await tracer.flush();
  await enrichSession({ metrics: Object.fromEntries(scoreboard.rows.map(({ name, mean }) => [name, mean])) });
  const receipt = await tracer.close({ timeoutMs: 30_000 });

  const errors = visits.reduce((sum, visit) => sum + visit.errors, 0);
  const sessions = new Map([[tracer.sessionId, 0], ...visits.map((visit): [string, number] => [visit.sessionId, 0])]);
  for (const [sessionId, spans] of counter.bySession) sessions.set(sessionId, spans);
  const run = { questions: questions.length, errors, sessions: sessions.size, spans: counter.total };
  process.stdout.write(`\n${summary({ ...run, seconds: (performance.now() - started) / 1000 }, scoreboard)}\n`);
  if (receipt.pending + receipt.dropped.count > 0) {
    process.stdout.write(`\n  Not delivered: ${receipt.pending} pending, ${receipt.dropped.count} dropped.\n`);
  }
  if (!values.verify) return 0;
  const made = { sessions, spans: counter.total, scores: scoreboard.rows };
  const problems = before
    ? await differences(tracer.serverUrl, before, made)
    : [`${tracer.serverUrl} is no local server`];
  if (problems.length > 0) {
    process.stdout.write(
      `\n  The server does not hold what was made:\n${problems.map((text) => `    ${text}\n`).join('')}`,
    );
    return 1;
  }
  process.stdout.write(
    `\n  The server holds all of it: ${sessions.size} sessions, ${counter.total} spans, ${scoreboard.total} scores.\n`,
  );
  return 0;
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    process.exitCode = 1;
  },
);
