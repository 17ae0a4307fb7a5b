import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onPage } from '../support/page-stage.js';

onPage('a server that asks for a key', (stage) => {
  test('says why a key is not enough, and is not called live before one is', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'honeyhive-keys-'));
    const cli = join(__dirname, '../../server/dist/cli.js');
    const server = spawn(process.execPath, [cli, '--port', '0', '--db', join(folder, 'traces.db'), '--json'], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, HH_LOCAL_KEYS: 'shop=s3cret,shop=abc:ingest' },
    });
    try {
      const { url } = await new Promise<{ url: string }>((resolve) =>
        server.stdout.once('data', (line) => resolve(JSON.parse(String(line)))),
      );
      stage.home = url;
      await stage.page.goto(url);
      const notice = stage.page.getByRole('alert').filter({ hasText: 'This server asks for a key' });
      const mark = stage.page.locator('.live');
      const enter = async (key: string) => {
        await notice.getByLabel('Key').fill(key);
        await notice.getByRole('button', { name: 'Open' }).click();
      };
      await notice.waitFor();
      await mark.filter({ hasText: 'No access' }).waitFor();
      expect(await notice.textContent()).not.toContain('The key that was given');
      await enter('wrong');
      await notice.filter({ hasText: 'a valid key is needed' }).waitFor();
      await enter('abc');
      await notice.filter({ hasText: 'this key may not read' }).waitFor();
      await mark.filter({ hasText: 'No access' }).waitFor();
      await stage.page.screenshot({ path: stage.artifact('key.png') });
      await enter('s3cret');
      await mark.filter({ hasText: 'Live' }).waitFor();
      await stage.page.getByRole('heading', { name: 'No sessions yet' }).waitFor();
    } finally {
      await stage.page.goto('about:blank');
      const ended = new Promise((resolve) => server.once('exit', resolve));
      server.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
