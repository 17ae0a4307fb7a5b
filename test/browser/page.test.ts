import { execFileSync, spawnSync } from 'node:child_process';
import { type CountrySession, countrySessions, sendCountrySessions } from '../support/country-sessions.js';
import { runLocalServer } from '../support/local-server.js';
import { hexId } from '../support/otlp-json.js';
import { onPage } from '../support/page-stage.js';

onPage('the page of the local server', (stage) => {
  test('an empty server says how to send the first span, and the session shows when it comes', async () => {
    const empty = await runLocalServer();
    try {
      stage.home = empty.url;
      await stage.page.goto(empty.url);
      await stage.page.getByRole('heading', { name: 'No sessions yet' }).waitFor();
      const example = (await stage.page.locator('pre').first().textContent()) ?? '';
      expect(example).toContain("from 'honeyhive-decorators'");
      expect(example).toContain(empty.url);

      await sendCountrySessions(empty.url, countrySessions(3, Date.now()));
      await stage.rows().nth(2).waitFor();
      expect(await stage.rows().count()).toBe(3);
    } finally {
      await stage.page.goto('about:blank');
      await empty.remove();
    }
  });

  test('sessions are listed newest first, with user, spans and mean scores', async () => {
    await stage.page.goto(stage.server.url);
    await stage.rows().first().waitFor();
    const first = stage.sessions[0] as CountrySession;
    const text = (await stage.rows().filter({ hasText: first.user }).first().textContent()) ?? '';
    expect(text).toContain(first.sessionName);
    expect(text).toContain(first.user);
    expect(text).toMatch(/exact_match\d\.\d\d/);
    const names = await stage.rows().getByRole('link').allTextContents();
    expect(names.slice(-stage.sessions.length)).toEqual(stage.sessions.map((session) => session.sessionName));
  });

  const limits = spawnSync('prlimit', ['--version']).status === 0;
  if (!limits) process.stderr.write("The bar of a full disk is tested where util-linux's prlimit can limit files.\n");
  (limits ? test : test.skip)(
    'a full disk is said above what is shown, until something can be stored again',
    async () => {
      const full = await runLocalServer();
      const limit = (bytes: string) =>
        execFileSync('prlimit', ['--pid', String(full.pid), `--fsize=${bytes}:unlimited`]);
      try {
        stage.home = full.url;
        await sendCountrySessions(full.url, countrySessions(2, Date.now()));
        await stage.page.goto(full.url);
        await stage.rows().nth(1).waitFor();
        limit('65536');
        await expect(sendCountrySessions(full.url, countrySessions(40, Date.now()))).rejects.toThrow();
        const bar = stage.page.getByRole('alert').filter({ hasText: 'New spans cannot be stored' });
        await bar.waitFor();
        expect(await stage.rows().count()).toBeGreaterThanOrEqual(2);
        await stage.page.screenshot({ path: stage.artifact('full-disk.png') });
        limit('unlimited');
        // The server tries the disk again after a second.
        for (let sent = false; !sent; ) {
          sent = await sendCountrySessions(full.url, countrySessions(1, Date.now())).then(
            () => true,
            () => false,
          );
        }
        await bar.waitFor({ state: 'detached' });
      } finally {
        await stage.page.goto('about:blank');
        await full.remove();
      }
    },
  );

  test('search narrows the list, and the address holds it', async () => {
    await stage.page.goto(stage.server.url);
    await stage.rows().first().waitFor();
    await stage.page.keyboard.press('/');
    await stage.page.keyboard.type('borders');
    await stage.page.waitForFunction(() => document.querySelectorAll('[role=row] a').length === 3);
    expect(await stage.rows().getByRole('link').allTextContents()).toEqual([
      'atlas: borders',
      'atlas: borders',
      'atlas: borders',
    ]);
    expect(new URL(stage.page.url()).searchParams.get('q')).toBe('borders');
    await stage.page.getByRole('searchbox').fill('nosuchwordanywhere');
    await stage.page.getByRole('heading', { name: 'Nothing found' }).waitFor();
    await stage.page.getByText('span.error:*').waitFor();
    await stage.page.getByRole('button', { name: 'Show all sessions' }).click();
    await stage.rows().nth(5).waitFor();
    await stage.page.getByRole('searchbox').fill('durtion>2s');
    const refused = stage.page.getByRole('alert').filter({ hasText: 'did you mean duration' });
    await refused.getByText('duration>2s').waitFor();
    await stage.page.screenshot({ path: stage.artifact('refused-query.png') });
    const pasted = stage.sessions[1] as CountrySession;
    await stage.page.getByRole('searchbox').fill(hexId(`${pasted.sessionId} 0 model`, 16));
    await stage.page.waitForFunction(() => document.querySelectorAll('[role=row] a').length === 1);
    expect(await stage.rows().getByRole('link').allTextContents()).toEqual([pasted.sessionName]);
  });

  test('a session shows its tree; a span its values, scores and user properties', async () => {
    const session = stage.sessions[0] as CountrySession;
    await stage.page.goto(stage.server.url);
    await stage.page.getByRole('link', { name: session.sessionName, exact: true }).first().click();
    await stage.page.getByRole('tree').waitFor();
    await stage.page.getByRole('treeitem').nth(5).waitFor();
    const items = stage.page.getByRole('treeitem');
    expect(await items.count()).toBe(1 + 5 * session.turns.length);
    expect(await items.nth(1).getAttribute('aria-level')).toBe('2');
    expect(await items.nth(3).getAttribute('aria-level')).toBe('4');

    expect(await stage.section('User properties').textContent()).toContain(session.user);
    await items.nth(1).click();
    await stage.section('Scores').waitFor();
    const scores = (await stage.section('Scores').textContent()) ?? '';
    expect(scores).toMatch(/exact_match\d\.\d\d/);
    expect(scores).toContain('not scored');
    expect(scores).toContain('No model is configured.');
    expect(await stage.section('Inputs').textContent()).toContain(session.turns[0]?.question);
    expect(await stage.section('User properties').textContent()).toContain(session.user);
    expect(new URL(stage.page.url()).searchParams.get('span')).toMatch(/^[0-9a-f]{16}$/);
    await stage.page.screenshot({ path: stage.artifact('page.png') });
  });

  test('the address of a span opens it, and keys walk the tree', async () => {
    const session = stage.sessions[0] as CountrySession;
    const spanId = hexId(`${session.sessionId} 0 model`, 16);
    await stage.page.goto(`${stage.server.url}/sessions/${session.sessionId}?span=${spanId}`);
    await stage.panel().getByRole('heading', { name: 'Answerer.complete' }).waitFor();
    const selected = () => stage.page.locator('[role=treeitem][aria-selected=true]');
    const expectSelected = async (name: RegExp) => selected().filter({ hasText: name }).waitFor();

    await stage.page.getByRole('tree').focus();
    await stage.page.keyboard.press('ArrowLeft');
    await expectSelected(/Desk\.ask/);
    const before = await stage.page.getByRole('treeitem').count();
    await stage.page.keyboard.press('ArrowLeft');
    await stage.page.locator('[role=treeitem][aria-selected=true][aria-expanded=false]').waitFor();
    expect(await stage.page.getByRole('treeitem').count()).toBe(before - 4);
    await stage.page.keyboard.press('ArrowRight');
    await stage.page.keyboard.press('ArrowRight');
    await expectSelected(/Retriever\.search/);
    await stage.page.keyboard.press('End');
    await expectSelected(/Answerer\.complete/);
    await stage.page.keyboard.press('Enter');
    expect(await stage.panel().evaluate((element) => element === document.activeElement)).toBe(true);
  });

  test('when the server is gone the page says so, and goes on by itself when it is back', async () => {
    await stage.page.goto(stage.server.url);
    await stage.rows().first().waitFor();
    await stage.server.stop();
    await stage.page.getByText('Offline').waitFor();
    expect(await stage.rows().count()).toBeGreaterThan(5);
    await stage.page.getByRole('button', { name: 'Try again' }).click();
    await stage.server.start();
    await stage.page.getByText('Live', { exact: true }).waitFor();
    await stage.page.getByRole('alert').waitFor({ state: 'detached' });
  });

  test("a light and a dark form exist, both in the reader's own setting", async () => {
    const ground = async (colorScheme: 'light' | 'dark') => {
      await stage.page.emulateMedia({ colorScheme });
      return stage.page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    };
    await stage.page.goto(stage.server.url);
    await stage.rows().first().waitFor();
    expect(await ground('light')).not.toBe(await ground('dark'));
  });
});
