import { execFile, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findChromium, launchChromium } from '../support/chromium.js';

const root = join(__dirname, '../..');
const run = promisify(execFile);
const chromium = findChromium();
if (chromium === undefined)
  console.log('atlas.test.ts: skipped, it runs where Chromium is installed (.ci/run installs it).');

interface SessionItem {
  sessionId: string;
  sessionName: string;
  spanCount: number;
}

/** The main job, end to end: the sample of `npm start`, a stop, a start on the same data, and the page in a browser. */
(chromium === undefined ? describe.skip : describe)('the sample that npm start runs', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'honeyhive-atlas-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('prints its table, its data survive a restart, and the page shows a session of it', async () => {
    const db = join(folder, 'traces.db');
    const { stdout } = await run(
      process.execPath,
      [join(root, 'scripts/start.mjs'), '--once', '--port', '0', '--db', db],
      { timeout: 120_000 },
    );
    expect(stdout).toMatch(/333 questions/);
    const [, sessions, spans] = /The server holds all of it: (\d+) sessions, (\d+) spans/.exec(stdout) ?? [];

    const server = spawn(process.execPath, [join(root, 'server/dist/cli.js'), '--port', '0', '--db', db, '--json'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      const { url } = await new Promise<{ url: string }>((resolve) =>
        server.stdout.once('data', (line) => resolve(JSON.parse(String(line)))),
      );
      const stats = await (await fetch(`${url}/api/stats`)).json();
      expect([stats.sessions, stats.spans]).toEqual([Number(sessions), Number(spans)]);

      const { items } = (await (await fetch(`${url}/api/sessions?limit=100`)).json()) as { items: SessionItem[] };
      const shown = items.find((item) => item.spanCount > 10) as SessionItem;
      mkdirSync(join(root, 'artifacts'), { recursive: true });
      const browser = await launchChromium(chromium as string);
      try {
        const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
        await page.goto(url);
        await page.getByRole('link', { name: shown.sessionName }).first().waitFor();
        await page.goto(`${url}/sessions/${shown.sessionId}`);
        await page.getByRole('treeitem').filter({ hasText: 'Desk.ask' }).first().click();
        await page.getByText('Inputs').first().waitFor();
        await page.getByText('answer_quality.f1_score').first().waitFor();
        await page.screenshot({ path: join(root, 'artifacts/atlas.png') });
        // The session's own data, enriched by the sample, shows at the root of its tree.
        await page.getByRole('treeitem').first().click();
        await page.getByText('User properties').first().waitFor();
        await page.getByText('user_id').first().waitFor();
        expect(await page.getByRole('treeitem').count()).toBeGreaterThan(5);
      } finally {
        await browser.close();
      }
    } finally {
      server.kill('SIGTERM');
    }
  }, 180_000);
});
