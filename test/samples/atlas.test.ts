import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(__dirname, '..', '..');
const atlas = join(root, 'samples', 'atlas', 'dist', 'main.js');

interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

function runAtlas(url: string, args: readonly string[], more: NodeJS.ProcessEnv = {}): Promise<Ended> {
  const kept = Object.entries(process.env).filter(([name]) => !/^(HH|OTEL|OPENAI|JEST)_|^NODE_ENV$/.test(name));
  const child = spawn(process.execPath, [atlas, ...args], {
    env: { ...Object.fromEntries(kept), HH_API_URL: url, ...more },
  });
  const ended: Ended = { code: null, stdout: '', stderr: '' };
  child.stdout.on('data', (text) => {
    ended.stdout += text;
  });
  child.stderr.on('data', (text) => {
    ended.stderr += text;
  });
  return new Promise((resolve) => child.once('close', (code) => resolve({ ...ended, code })));
}

function listening(server: Server): Promise<string> {
  return new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)),
  );
}

describe('the atlas sample', () => {
  const folder = mkdtempSync(join(tmpdir(), 'atlas-'));
  let local: { url: string; close(): Promise<void> };

  beforeAll(async () => {
    const { startServer } = require(join(root, 'server', 'dist', 'index.js'));
    local = await startServer({ port: 0, db: join(folder, 'traces.db') });
  });

  afterAll(async () => {
    await local.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('answers, scores, and finds on the server every session, span and score that it made', async () => {
    const { code, stdout, stderr } = await runAtlas(local.url, ['--verify', '--questions', '60', '--readers', '4']);
    expect(stdout).toContain('60 questions');
    expect(stdout).toMatch(/answer_quality\.f1_score +0\.\d+ +\d+/);
    expect(stdout).toContain('The server holds all of it: 5 sessions, 180 spans');
    expect(stderr).toContain('60/60 questions');
    expect(code).toBe(0);

    const { items } = await (await fetch(`${local.url}/api/sessions?limit=10`)).json();
    const reader = items.find(({ sessionName }: { sessionName: string }) => sessionName === 'atlas reader-1');
    expect(reader.userProperties).toEqual({ user_id: 'reader-1', plan: 'visitor' });
    expect(reader.feedback.rating).toBeGreaterThanOrEqual(1);
    expect(reader.scores['answer_quality.exact_match'].count).toBeGreaterThan(5);
  });

  it('asks a model where there is a key', async () => {
    const asked: { authorization: string | undefined; question: string }[] = [];
    const model = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk) => {
        body += chunk;
      });
      request.on('end', () => {
        const question = JSON.parse(body).messages.at(-1).content;
        asked.push({ authorization: request.headers.authorization, question });
        response.setHeader('content-type', 'application/json');
        const usage = { prompt_tokens: 90, completion_tokens: 10 };
        response.end(JSON.stringify({ choices: [{ message: { content: 'Paris' } }], usage }));
      });
    });
    const baseUrl = `${await listening(model)}/v1`;
    const env = { OPENAI_API_KEY: 'test-key', OPENAI_BASE_URL: baseUrl, OPENAI_MODEL: 'a-model' };
    const { code, stdout } = await runAtlas(local.url, ['--verify', '--questions', '6', '--readers', '2'], env);
    model.close();
    expect(stdout).toContain('6 questions, 0 errors');
    expect(code).toBe(0);
    expect(asked).toHaveLength(6);
    expect(asked[0]?.authorization).toBe('Bearer test-key');

    const { items } = await (await fetch(`${local.url}/api/sessions?limit=3`)).json();
    const totals = items.map(({ tokens }: { tokens: { total: number } }) => tokens.total);
    expect(totals.reduce((sum: number, total: number) => sum + total, 0)).toBe(600);
  });

  it('fails, and says what is missing, when the server lost something', async () => {
    const forgetful = createServer((request, response) => {
      request.resume();
      response.setHeader('content-type', 'application/json');
      const lists: Record<string, string> = {
        '/api/stats': '{"sessions":0,"spans":0}',
        '/api/sessions': '{"items":[],"nextCursor":null}',
      };
      const path = (request.url ?? '').split('?')[0] ?? '';
      if (path.endsWith('/v1/traces')) response.setHeader('content-type', 'application/x-protobuf');
      response.end(path.endsWith('/v1/traces') ? '' : (lists[path] ?? '{"session_id":"x","success":true}'));
    });
    const { code, stdout } = await runAtlas(await listening(forgetful), [
      '--verify',
      '--questions',
      '4',
      '--readers',
      '2',
    ]);
    forgetful.close();
    forgetful.closeAllConnections();
    expect(stdout).toContain('spans: 12 made, 0 on the server');
    expect(stdout).toContain('sessions: 3 made, 0 on the server');
    expect(stdout).toMatch(/scores of answer_quality: \d made, 0 on the server/);
    expect(code).toBe(1);
  });
});
