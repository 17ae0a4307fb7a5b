import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { type Act, askedFields, askedSchema, type ChatBody, startOpenAiServer } from '../../support/openai-server.js';

const SCRIPT = join(__dirname, '..', '..', '..', 'scripts', 'judge-live.mjs');

function run(environment: Record<string, string>): Promise<{ code: number; out: string }> {
  const { OPENAI_API_KEY: _key, OPENAI_BASE_URL: _url, HH_JUDGE_MODEL: _model, ...env } = process.env;
  return new Promise((resolve) => {
    execFile(process.execPath, [SCRIPT], { env: { ...env, ...environment }, timeout: 20_000 }, (error, out, errors) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), out: out + errors });
    });
  });
}

async function against(script: (body: ChatBody) => Act): Promise<{ code: number; out: string }> {
  const server = await startOpenAiServer(script);
  try {
    return await run({ OPENAI_BASE_URL: server.url, HH_JUDGE_MODEL: 'scripted' });
  } finally {
    await server.close();
  }
}

const part = (body: ChatBody, title: string) =>
  new RegExp(`<<<BEGIN ${title} \\w+>>>\\n([\\s\\S]*?)\\n<<<END ${title}`).exec(body.messages[1]?.content ?? '')?.[1] ??
  '';

/** A judge that knows what the script's rows are about. */
function knowing(body: ChatBody): Act {
  const wrong = (text: string) => /lyon|ten\.|six|idiot|trains|bob/i.test(text);
  const fields = askedFields(body);
  const reasoning = 'as known';
  if (fields.includes('claims')) return { say: { claims: [part(body, 'OUTPUT').split('\n')[0]] } };
  if (fields.includes('verdicts')) {
    const elsewhere = part(body, 'DOCUMENT').includes('Lyon');
    const verdict = wrong(part(body, 'CLAIMS')) || elsewhere ? 'contradicted' : 'supported';
    return { say: { verdicts: [{ claim: 1, reasoning, verdict }] } };
  }
  if (fields.includes('choice')) {
    const properties = askedSchema(body)?.['properties'] as { choice: { enum: string[] } };
    const [best, worst] = [properties.choice.enum[0], properties.choice.enum.at(-1)];
    if (best === 'a') return { say: { reasoning, choice: wrong(part(body, 'ANSWER A')) ? 'b' : 'a' } };
    return { say: { reasoning, choice: wrong(part(body, 'OUTPUT')) ? worst : best } };
  }
  const score = wrong(part(body, 'OUTPUT')) ? 1 : 5;
  return { say: Object.fromEntries(fields.map((field) => [field, { reasoning, score }])) };
}

describe('scripts/judge-live.mjs (runs the built package)', () => {
  it('says how to give it a judge', async () => {
    const { code, out } = await run({});
    expect(out).toContain('OPENAI_API_KEY=');
    expect(code).toBe(0);
  });

  it('runs every judge-based evaluator, and is content with one that knows', async () => {
    const { code, out } = await against(knowing);
    expect(out).toContain('20 of 20 as known, 0 otherwise, 0 unscored.');
    for (const name of [
      'factual_accuracy',
      'faithfulness',
      'relevance',
      'toxicity',
      'quality_score',
      'pairwise',
      'grade',
    ]) {
      expect(out).toContain(name);
    }
    expect(code).toBe(0);
  });

  it('fails where answers cannot be used', async () => {
    const { code, out } = await against(() => ({ say: 'good' }));
    expect(out).toContain('judge_parse_error');
    expect(code).toBe(1);
  });
});
