import countries from 'world-countries';
import { hexId, otlpJson, type SpanSketch, sendJson, uuidOf } from './otlp-json.js';

/** A question, what was found, what was answered. */
interface Turn {
  question: string;
  expected: string;
  answer: string | null;
  country: string;
}

export interface CountrySession {
  sessionId: string;
  sessionName: string;
  user: string;
  startMs: number;
  turns: readonly Turn[];
}

const users = ['amara', 'bruno', 'chidi', 'dolores', 'emi', 'farid'];
const areas = ['capitals', 'currencies', 'borders', 'languages'] as const;

/** Numbers that look random and are the same in every run. */
function dice(words: string): (low: number, high: number) => number {
  let state = Number.parseInt(hexId(words, 16).slice(0, 8), 16) || 1;
  return (low, high) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return low + (state / 2 ** 32) * (high - low);
  };
}

function turnOn(area: (typeof areas)[number], at: number): Turn {
  const country = countries[(at * 37) % countries.length] as (typeof countries)[number];
  const other = countries[(at * 37 + 11) % countries.length] as (typeof countries)[number];
  const name = country.name.common;
  const facts = {
    capitals: (c: typeof country) => c.capital[0] ?? 'none',
    currencies: (c: typeof country) => Object.values(c.currencies)[0]?.name ?? 'none',
    borders: (c: typeof country) => (c.borders as readonly string[]).join(', ') || 'none',
    languages: (c: typeof country) => Object.values(c.languages).join(', ') || 'none',
  };
  const questions = {
    capitals: `What is the capital of ${name}?`,
    currencies: `Which currency is used in ${name}?`,
    borders: `Which countries border ${name}?`,
    languages: `Which languages are spoken in ${name}?`,
  };
  const expected = facts[area](country);
  const luck = at % 7;
  const answer =
    luck === 3 ? facts[area](other) : luck === 5 ? `${expected} and others` : at % 29 === 17 ? null : expected;
  return { question: questions[area], expected, answer, country: name };
}

/** Sessions of a question answerer over the countries of the world; the newest starts at `nowMs`. */
export function countrySessions(count: number, nowMs: number): CountrySession[] {
  return Array.from({ length: count }, (_, i) => {
    const area = areas[i % areas.length] as (typeof areas)[number];
    return {
      sessionId: uuidOf(`session ${i}`),
      sessionName: `atlas: ${area}`,
      user: users[(i * 5) % users.length] as string,
      startMs: nowMs - i * 47_000,
      turns: Array.from({ length: 3 + (i % 4) }, (_each, t) => turnOn(area, i * 5 + t)),
    };
  });
}

function overlap(expected: string, answer: string): number {
  const words = (text: string): string[] => text.toLowerCase().match(/[\p{L}\d]+/gu) ?? [];
  const left = words(expected);
  const right = words(answer);
  const shared = right.filter((word) => left.includes(word)).length;
  return shared === 0 ? 0 : (2 * shared) / (left.length + right.length);
}

interface Verdict {
  name: string;
  score?: number;
  passed?: boolean;
  status?: string;
  explanation: string;
}

function verdicts(turn: Turn): Verdict[] {
  const answer = turn.answer ?? '';
  const exact = answer === turn.expected;
  return [
    {
      name: 'exact_match',
      score: exact ? 1 : 0,
      passed: exact,
      explanation: exact ? `The answer is "${turn.expected}".` : `Expected "${turn.expected}", got "${answer}".`,
    },
    {
      name: 'f1_score',
      score: Number(overlap(turn.expected, answer).toFixed(4)),
      explanation: 'Words that answer and expectation share.',
    },
    { name: 'judge', status: 'skipped', explanation: 'No model is configured.' },
  ];
}

function metricsOf(turn: Turn): Record<string, unknown> {
  const metrics: Record<string, unknown> = {};
  for (const { name, score, passed, status, explanation } of verdicts(turn)) {
    const key = `honeyhive_metrics.${name}`;
    if (score !== undefined) metrics[key] = score;
    if (passed !== undefined) metrics[`${key}_passed`] = passed;
    if (status !== undefined) metrics[`${key}_status`] = status;
    metrics[`${key}_explanation`] = explanation;
  }
  return metrics;
}

function evaluationEvents(turn: Turn, timeMs: number): NonNullable<SpanSketch['events']> {
  return verdicts(turn).map(({ name, score, status, explanation }) => ({
    name: 'gen_ai.evaluation.result',
    timeMs,
    attributes: {
      'gen_ai.evaluation.name': name,
      'gen_ai.evaluation.explanation': explanation,
      ...(score === undefined ? {} : { 'gen_ai.evaluation.score.value': score }),
      ...(status === undefined ? {} : { 'error.type': status }),
    },
  }));
}

/** The spans of a session: each turn a chain over a retriever and a model. */
export function spansOf(session: CountrySession): SpanSketch[] {
  const roll = dice(session.sessionId);
  const spans: SpanSketch[] = [];
  let now = session.startMs + 4;
  session.turns.forEach((turn, t) => {
    const traceId = hexId(`${session.sessionId} trace ${t}`, 32);
    const id = (what: string) => hexId(`${session.sessionId} ${t} ${what}`, 16);
    const shared = { 'honeyhive.session_id': session.sessionId, 'honeyhive.source': 'dev' };
    const start = now;
    const found = start + roll(2, 30);
    const read = found + roll(1, 12);
    const asked = read + 1;
    const told = asked + roll(180, 900);
    const end = told + roll(1, 5);
    const error = turn.answer === null ? 'UpstreamTimeout: the model did not answer within 30 s' : undefined;
    const promptTokens = Math.round(roll(320, 900));
    const completionTokens = Math.round(roll(6, 48));
    spans.push(
      {
        traceId,
        spanId: id('desk'),
        name: 'Desk.ask',
        startMs: start,
        endMs: end,
        ...(error ? { error } : {}),
        attributes: {
          ...shared,
          honeyhive_event_type: 'chain',
          'honeyhive_inputs.question': turn.question,
          ...(turn.answer === null ? {} : { 'honeyhive_outputs.result': turn.answer }),
          'honeyhive_metadata.expected': turn.expected,
          'honeyhive_metadata.turn': t + 1,
          'honeyhive_user_properties.user_id': session.user,
          'honeyhive_user_properties.plan': t % 2 ? 'free' : 'team',
          ...(error
            ? { honeyhive_error: error, honeyhive_error_type: 'UpstreamTimeout' }
            : {
                ...metricsOf(turn),
                'honeyhive_feedback.rating': overlap(turn.expected, turn.answer ?? '') > 0.5 ? 5 : 2,
              }),
        },
        events: error ? [] : evaluationEvents(turn, end),
      },
      {
        traceId,
        spanId: id('search'),
        parentSpanId: id('desk'),
        name: 'Retriever.search',
        startMs: start + 0.4,
        endMs: found,
        attributes: {
          ...shared,
          honeyhive_event_type: 'tool',
          'honeyhive_inputs.query': turn.question,
          'honeyhive_inputs.limit': 3,
          'honeyhive_outputs.result': [
            { country: turn.country, score: 11.4 },
            { country: 'Chad', score: 4.2 },
            { country: 'Mali', score: 3.9 },
          ],
          'honeyhive_metrics.hits': 3,
        },
      },
      {
        traceId,
        spanId: id('rank'),
        parentSpanId: id('search'),
        name: 'Retriever.rank',
        startMs: start + 1.2,
        endMs: found - 0.2,
        attributes: {
          ...shared,
          honeyhive_event_type: 'rerank',
          'honeyhive_inputs.candidates': 12,
          'honeyhive_outputs.result': 3,
        },
      },
      {
        traceId,
        spanId: id('read'),
        parentSpanId: id('desk'),
        name: 'Reader.passages',
        startMs: found + 0.3,
        endMs: read,
        attributes: {
          ...shared,
          honeyhive_event_type: 'tool',
          'honeyhive_inputs.country': turn.country,
          'honeyhive_outputs.result': `${turn.country}: ${turn.expected}`,
        },
      },
      {
        traceId,
        spanId: id('model'),
        parentSpanId: id('desk'),
        name: 'Answerer.complete',
        startMs: asked,
        endMs: told,
        ...(error ? { error } : {}),
        attributes: {
          ...shared,
          honeyhive_event_type: 'model',
          'honeyhive_inputs.chat_history': [
            { role: 'system', content: 'Answer from the passages only. Say "none" where they hold no answer.' },
            { role: 'user', content: `${turn.country}: ${turn.expected}\n\n${turn.question}` },
          ],
          ...(turn.answer === null
            ? {}
            : { 'honeyhive_outputs.role': 'assistant', 'honeyhive_outputs.content': turn.answer }),
          'honeyhive_config.model': 'extractive-1',
          'honeyhive_config.temperature': 0,
          'honeyhive_metadata.prompt_tokens': promptTokens,
          'honeyhive_metadata.completion_tokens': completionTokens,
          'honeyhive_metrics.cost_usd': Number((promptTokens * 15e-8 + completionTokens * 6e-7).toFixed(8)),
          ...(error ? { honeyhive_error: error, honeyhive_error_type: 'UpstreamTimeout' } : {}),
        },
        ...(error
          ? {
              events: [
                {
                  name: 'exception',
                  timeMs: told,
                  attributes: {
                    'exception.type': 'UpstreamTimeout',
                    'exception.message': 'the model did not answer within 30 s',
                    'exception.stacktrace': `UpstreamTimeout: the model did not answer within 30 s\n    at Answerer.complete (answerer.ts:41:13)\n    at Desk.ask (desk.ts:27:31)\n    at serve (main.ts:88:5)`,
                  },
                },
              ],
            }
          : {}),
      },
    );
    now = end + roll(20, 120);
  });
  return spans;
}

/** Starts the sessions over REST, sends their spans as OTLP/JSON and their feedback as an update. */
export async function sendCountrySessions(url: string, sessions: readonly CountrySession[]): Promise<void> {
  for (const session of [...sessions].reverse()) {
    await sendJson(`${url}/session/start`, {
      session: {
        session_id: session.sessionId,
        session_name: session.sessionName,
        source: 'dev',
        project: 'atlas',
        start_time: session.startMs,
        metadata: { area: session.sessionName.slice(7), release: '2.1.0' },
        config: { retriever: 'full text', passages: 3 },
        user_properties: { user_id: session.user, plan: 'team' },
      },
    });
    const spans = spansOf(session);
    await sendJson(`${url}/v1/traces`, otlpJson(spans));
    await sendJson(
      `${url}/events`,
      { event_id: session.sessionId, feedback: { helpful: session.turns.length % 2 === 0 } },
      'PUT',
    );
  }
}
