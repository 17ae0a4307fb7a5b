import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type LocalServerProcess, runLocalServer } from '../support/local-server.js';
import { runSample } from '../support/run-sample.js';

const root = join(__dirname, '../..');

describe('the quick start of the README', () => {
  let server: LocalServerProcess;
  beforeAll(async () => {
    server = await runLocalServer();
  });
  afterAll(() => server.remove());

  it('is the sample, to the letter', () => {
    const readme = readFileSync(join(root, 'README.md'), 'utf8');
    expect(readme).toContain(readFileSync(join(root, 'samples/quickstart.ts'), 'utf8').trim());
  });

  it('shows up on the server though it neither flushes nor closes', async () => {
    expect(await runSample('quickstart.ts', { HH_API_URL: server.url })).toBe('Hello, Ada!\n');
    const { items } = await (await fetch(`${server.url}/api/sessions`)).json();
    expect(items).toMatchObject([
      { sessionName: 'quickstart', spanCount: 1, scores: { length: { mean: 1, count: 1 } } },
    ]);
    const { spans } = await (await fetch(`${server.url}/api/sessions/${items[0].sessionId}`)).json();
    const span = await (await fetch(`${server.url}/api/spans/${spans[0].traceId}/${spans[0].spanId}`)).json();
    expect(span).toMatchObject({
      name: 'Greeter.greet',
      inputs: { name: 'Ada' },
      outputs: { result: 'Hello, Ada!' },
      metadata: { polite: true },
      userProperties: { user_id: 'u1' },
    });
  });
});
