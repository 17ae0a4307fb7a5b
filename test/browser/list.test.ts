import { runLocalServer } from '../support/local-server.js';
import { sendJson, uuidOf } from '../support/otlp-json.js';
import { onPage } from '../support/page-stage.js';

const startSession = (url: string, name: string, startMs: number) =>
  sendJson(`${url}/session/start`, {
    session: { session_id: uuidOf(name), session_name: name, source: 'dev', start_time: startMs },
  });

/** Sessions without spans, the last one the newest. */
async function startSessions(url: string, count: number): Promise<void> {
  const at = Date.now() - 1_000_000;
  await Promise.all(Array.from({ length: count }, (_, i) => startSession(url, `session ${i}`, at + i * 1000)));
}

onPage('a long list of sessions', (stage) => {
  test('a long list loads as one scrolls, and what is new on top does not move what one reads', async () => {
    const many = await runLocalServer();
    try {
      stage.home = many.url;
      await startSessions(many.url, 250);
      await stage.page.goto(many.url);
      await stage.page.getByRole('link', { name: 'session 249', exact: true }).waitFor();
      const box = stage.page.locator('.table-box');
      const scrollToEnd = () => box.evaluate((element) => element.scrollTo(0, element.scrollHeight));
      while (!(await stage.page.getByRole('link', { name: 'session 0', exact: true }).isVisible())) await scrollToEnd();
      expect(await box.evaluate((element) => Math.round((element.scrollHeight - 30) / 52))).toBe(250);

      // The link that has the focus keeps it when it is scrolled out of sight.
      await stage.page.getByRole('link', { name: 'session 0', exact: true }).focus();
      await box.evaluate((element) => element.scrollTo(0, 0));
      await stage.page.getByRole('link', { name: 'session 30', exact: true }).waitFor({ state: 'detached' });
      expect(await stage.page.evaluate(() => document.activeElement?.textContent)).toBe('session 0');

      const row = stage.page.getByRole('link', { name: 'session 100', exact: true });
      await box.evaluate((element) => element.scrollTo(0, 52 * 145));
      await row.waitFor();
      const before = await row.boundingBox();
      await Promise.all(Array.from({ length: 7 }, (_, i) => startSession(many.url, `new ${i}`, Date.now() + i)));
      await stage.page.waitForFunction(
        () => document.querySelector('[role=table]')?.getAttribute('aria-rowcount') === '258',
      );
      expect(await row.boundingBox()).toEqual(before);
      await box.evaluate((element) => element.scrollTo(0, 0));
      await stage.page.getByRole('link', { name: 'new 6', exact: true }).waitFor();
    } finally {
      await stage.page.goto('about:blank');
      await many.remove();
    }
  });

  test('where more cannot be loaded nothing is asked again and again, and it goes on when it can', async () => {
    const many = await runLocalServer();
    try {
      stage.home = many.url;
      await startSessions(many.url, 250);
      await stage.page.goto(many.url);
      await stage.page.getByRole('link', { name: 'session 249', exact: true }).waitFor();
      const box = stage.page.locator('.table-box');
      const height = () => box.evaluate((element) => Math.round((element.scrollHeight - 30) / 52));
      expect(await height()).toBe(100);

      await stage.page.getByRole('searchbox').fill('durtion>2s');
      await stage.page.getByRole('alert').filter({ hasText: 'did you mean' }).waitFor();
      const asked: string[] = [];
      stage.page.on('request', (request) => asked.push(new URL(request.url()).pathname));
      await box.evaluate((element) => element.scrollTo(0, element.scrollHeight));
      await stage.page.getByRole('link', { name: 'session 151', exact: true }).waitFor();
      await stage.page.evaluate(async () => {
        for (let i = 0; i < 30; i += 1) await fetch('/healthz');
      });
      expect(asked.filter((path) => path === '/api/sessions')).toEqual([]);

      await box.evaluate((element) => element.scrollTo(0, 0));
      await stage.page.getByRole('searchbox').fill('');
      await stage.page.getByRole('alert').waitFor({ state: 'detached' });
      await many.stop();
      await stage.page.getByText('Offline').waitFor();
      await box.evaluate((element) => element.scrollTo(0, element.scrollHeight));
      await stage.page.getByRole('link', { name: 'session 151', exact: true }).waitFor();
      await many.start();
      await stage.page.getByRole('alert').waitFor({ state: 'detached' });
      await stage.page.waitForFunction(() => (document.querySelector('.table-box')?.scrollHeight ?? 0) > 190 * 52);
    } finally {
      await stage.page.goto('about:blank');
      await many.remove();
    }
  });

  test('a badge beside a long name is whole, and there is none where nobody named a source', async () => {
    const name = 'a name '.repeat(60);
    for (const [id, source] of [
      ['badge 1', 'production'],
      ['badge 2', 'unknown'],
    ] as const)
      await sendJson(`${stage.server.url}/session/start`, {
        session: { session_id: uuidOf(id), session_name: `${id} ${name}`, source },
      });
    await stage.page.goto(stage.server.url);
    const row = (id: string) => stage.rows().filter({ hasText: id });
    const badge = row('badge 1').locator('.badge');
    const edges = await badge.evaluate((element) => {
      const cell = element.closest('.session-name')?.getBoundingClientRect();
      return [element.getBoundingClientRect().right, cell?.right];
    });
    expect(edges[0]).toBeLessThanOrEqual(edges[1] ?? 0);
    await row('badge 2').waitFor();
    expect(await row('badge 2').locator('.badge').count()).toBe(0);
    await stage.page.screenshot({ path: stage.artifact('badges.png') });
  });

  test('what is only said faintly can still be read', async () => {
    await stage.page.goto(stage.server.url);
    const ratio = (colour: string, ground: string) =>
      stage.page.evaluate(
        ([a, b]) => {
          const style = getComputedStyle(document.documentElement);
          const light = (name: string) => {
            const digits = style.getPropertyValue(name).trim();
            const [red = 0, green = 0, blue = 0] = [1, 3, 5]
              .map((at) => Number.parseInt(digits.slice(at, at + 2), 16) / 255)
              .map((part) => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
            return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
          };
          const [low = 0, high = 0] = [light(a as string), light(b as string)].sort((x, y) => x - y);
          return (high + 0.05) / (low + 0.05);
        },
        [colour, ground],
      );
    for (const colorScheme of ['light', 'dark'] as const) {
      await stage.page.emulateMedia({ colorScheme });
      for (const ground of ['--surface', '--ground', '--raised', '--hover'])
        expect(await ratio('--faint', ground)).toBeGreaterThanOrEqual(4.5);
    }
  });

  test('one comes back from a session to where one was, and to what one searched for', async () => {
    const many = await runLocalServer();
    try {
      stage.home = many.url;
      await startSessions(many.url, 250);
      await stage.page.goto(many.url);
      const box = stage.page.locator('.table-box');
      const link = (name: string) => stage.page.getByRole('link', { name, exact: true });
      await stage.page.getByRole('searchbox').fill('session');
      await stage.page.waitForURL('**/?q=session');
      await link('session 249').waitFor();
      while (!(await link('session 0').isVisible()))
        await box.evaluate((element) => element.scrollTo(0, element.scrollHeight));
      await box.evaluate((element) => element.scrollTo(0, 52 * 145));
      const before = await link('session 100').boundingBox();
      const comeBack = [() => stage.page.getByRole('link', { name: 'Sessions' }).click(), () => stage.page.goBack()];
      for (const back of comeBack) {
        await link('session 100').click();
        await stage.page.getByRole('heading', { name: 'session 100' }).waitFor();
        await back();
        await link('session 100').waitFor();
        expect(await link('session 100').boundingBox()).toEqual(before);
        expect(new URL(stage.page.url()).search).toBe('?q=session');
      }
      await link('session 100').click();
      await stage.page.getByRole('heading', { name: 'session 100' }).waitFor();
      await stage.page.getByRole('link', { name: 'honeyhive-local' }).click();
      await link('session 249').waitFor();
      expect(await box.evaluate((element) => element.scrollTop)).toBe(0);
    } finally {
      await stage.page.goto('about:blank');
      await many.remove();
    }
  });
});
