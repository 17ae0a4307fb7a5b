import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { findChromium, launchChromium } from '../support/chromium.js';
import { type CountrySession, countrySessions, sendCountrySessions } from '../support/country-sessions.js';
import { type LocalServerProcess, runLocalServer } from '../support/local-server.js';
import { naughtyStrings } from '../support/naughty-strings.js';
import { hexId, otlpJson, type SpanSketch, sendJson, uuidOf } from '../support/otlp-json.js';

const chromiumPath = findChromium();
if (!chromiumPath) {
  console.info(
    'The tests of the page are skipped: no Chromium on this machine. Install it or set CHROMIUM_PATH; .ci/run installs it.',
  );
}
const withChromium = chromiumPath ? describe : describe.skip;
jest.setTimeout(60_000);
const artifacts = join(__dirname, '..', '..', 'artifacts');

withChromium('the page of the local server', () => {
  let server: LocalServerProcess;
  let home: string;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let sessions: CountrySession[];
  /** What no page may do: open dialogs, ask other hosts, break its own rules, throw. */
  let offences: string[];

  beforeAll(async () => {
    mkdirSync(artifacts, { recursive: true });
    server = await runLocalServer();
    sessions = countrySessions(12, Date.now());
    await sendCountrySessions(server.url, sessions);
    browser = await launchChromium(chromiumPath as string);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.remove();
  });

  beforeEach(async () => {
    offences = [];
    home = server.url;
    context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    page = await context.newPage();
    page.setDefaultTimeout(15_000);
    page.on('dialog', (dialog) => {
      offences.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on('request', (request) => {
      if (!request.url().startsWith(`${home}/`)) offences.push(`request: ${request.url()}`);
    });
    page.on('pageerror', (error) => offences.push(`error: ${error.message}`));
    page.on('console', (message) => {
      if (/Content Security Policy/i.test(message.text())) offences.push(message.text());
    });
  });
  afterEach(async () => {
    await context.close();
    expect(offences).toEqual([]);
  });

  const rows = () => page.getByRole('row').filter({ has: page.getByRole('cell') });
  const panel = () => page.getByRole('complementary');
  const section = (title: string) =>
    panel()
      .locator('section')
      .filter({ has: page.getByRole('heading', { name: title }) });

  test('an empty server says how to send the first span, and the session shows when it comes', async () => {
    const empty = await runLocalServer();
    try {
      home = empty.url;
      await page.goto(empty.url);
      await page.getByRole('heading', { name: 'No sessions yet' }).waitFor();
      const example = (await page.locator('pre').first().textContent()) ?? '';
      expect(example).toContain("from 'honeyhive-decorators'");
      expect(example).toContain(empty.url);

      await sendCountrySessions(empty.url, countrySessions(3, Date.now()));
      await rows().nth(2).waitFor();
      expect(await rows().count()).toBe(3);
    } finally {
      await page.goto('about:blank');
      await empty.remove();
    }
  });

  test('sessions are listed newest first, with user, spans and mean scores', async () => {
    await page.goto(server.url);
    await rows().first().waitFor();
    const first = sessions[0] as CountrySession;
    const text = (await rows().filter({ hasText: first.user }).first().textContent()) ?? '';
    expect(text).toContain(first.sessionName);
    expect(text).toContain(first.user);
    expect(text).toMatch(/exact_match\d\.\d\d/);
    const names = await rows().getByRole('link').allTextContents();
    expect(names.slice(-sessions.length)).toEqual(sessions.map((session) => session.sessionName));
  });

  test('search narrows the list, and the address holds it', async () => {
    await page.goto(server.url);
    await rows().first().waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('borders');
    await page.waitForFunction(() => document.querySelectorAll('[role=row] a').length === 3);
    expect(await rows().getByRole('link').allTextContents()).toEqual([
      'atlas: borders',
      'atlas: borders',
      'atlas: borders',
    ]);
    expect(new URL(page.url()).searchParams.get('q')).toBe('borders');
    await page.getByRole('searchbox').fill('nosuchwordanywhere');
    await page.getByRole('heading', { name: 'Nothing found' }).waitFor();
    await page.getByRole('button', { name: 'Show all sessions' }).click();
    await rows().nth(5).waitFor();
  });

  test('a long list loads as one scrolls, and what is new on top does not move what one reads', async () => {
    const many = await runLocalServer();
    try {
      home = many.url;
      const at = Date.now() - 1_000_000;
      const start = (name: string, startMs: number) =>
        sendJson(`${many.url}/session/start`, {
          session: { session_id: uuidOf(name), session_name: name, source: 'dev', start_time: startMs },
        });
      await Promise.all(Array.from({ length: 250 }, (_, i) => start(`session ${i}`, at + i * 1000)));
      await page.goto(many.url);
      await page.getByRole('link', { name: 'session 249', exact: true }).waitFor();
      const box = page.locator('.table-box');
      const scrollToEnd = () => box.evaluate((element) => element.scrollTo(0, element.scrollHeight));
      while (!(await page.getByRole('link', { name: 'session 0', exact: true }).isVisible())) await scrollToEnd();
      expect(await box.evaluate((element) => Math.round((element.scrollHeight - 30) / 52))).toBe(250);

      const row = page.getByRole('link', { name: 'session 100', exact: true });
      await box.evaluate((element) => element.scrollTo(0, 52 * 145));
      await row.waitFor();
      const before = await row.boundingBox();
      await Promise.all(Array.from({ length: 7 }, (_, i) => start(`new ${i}`, Date.now() + i)));
      await page.waitForFunction(() => document.querySelector('[role=table]')?.getAttribute('aria-rowcount') === '258');
      expect(await row.boundingBox()).toEqual(before);
      await box.evaluate((element) => element.scrollTo(0, 0));
      await page.getByRole('link', { name: 'new 6', exact: true }).waitFor();
    } finally {
      await page.goto('about:blank');
      await many.remove();
    }
  });

  test('a session shows its tree; a span its values, scores and user properties', async () => {
    const session = sessions[0] as CountrySession;
    await page.goto(server.url);
    await page.getByRole('link', { name: session.sessionName, exact: true }).first().click();
    await page.getByRole('tree').waitFor();
    await page.getByRole('treeitem').nth(5).waitFor();
    const items = page.getByRole('treeitem');
    expect(await items.count()).toBe(1 + 5 * session.turns.length);
    expect(await items.nth(1).getAttribute('aria-level')).toBe('2');
    expect(await items.nth(3).getAttribute('aria-level')).toBe('4');

    expect(await section('User properties').textContent()).toContain(session.user);
    await items.nth(1).click();
    await section('Scores').waitFor();
    const scores = (await section('Scores').textContent()) ?? '';
    expect(scores).toMatch(/exact_match\d\.\d\d/);
    expect(scores).toContain('not scored');
    expect(scores).toContain('No model is configured.');
    expect(await section('Inputs').textContent()).toContain(session.turns[0]?.question);
    expect(await section('User properties').textContent()).toContain(session.user);
    expect(new URL(page.url()).searchParams.get('span')).toMatch(/^[0-9a-f]{16}$/);
    await page.screenshot({ path: join(artifacts, 'page.png') });
  });

  test('the address of a span opens it, and keys walk the tree', async () => {
    const session = sessions[0] as CountrySession;
    const spanId = hexId(`${session.sessionId} 0 model`, 16);
    await page.goto(`${server.url}/sessions/${session.sessionId}?span=${spanId}`);
    await panel().getByRole('heading', { name: 'Answerer.complete' }).waitFor();
    const selected = () => page.locator('[role=treeitem][aria-selected=true]');
    const expectSelected = async (name: RegExp) => selected().filter({ hasText: name }).waitFor();

    await page.getByRole('tree').focus();
    await page.keyboard.press('ArrowLeft');
    await expectSelected(/Desk\.ask/);
    const before = await page.getByRole('treeitem').count();
    await page.keyboard.press('ArrowLeft');
    await page.locator('[role=treeitem][aria-selected=true][aria-expanded=false]').waitFor();
    expect(await page.getByRole('treeitem').count()).toBe(before - 4);
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await expectSelected(/Retriever\.search/);
    await page.keyboard.press('End');
    await expectSelected(/Answerer\.complete/);
    await page.keyboard.press('Enter');
    expect(await panel().evaluate((element) => element === document.activeElement)).toBe(true);
  });

  test('spans with absent parents, loops and several roots are all there', async () => {
    const sessionId = uuidOf('crooked');
    const traceId = hexId('crooked', 32);
    const at = Date.now();
    const span = (id: string, parent: string | null, name: string, offset: number): SpanSketch => ({
      traceId,
      spanId: hexId(id, 16),
      ...(parent ? { parentSpanId: hexId(parent, 16) } : {}),
      name,
      startMs: at + offset,
      endMs: at + offset + 5,
      attributes: { 'honeyhive.session_id': sessionId, honeyhive_event_type: 'tool' },
    });
    const spans = [
      span('child', 'root', 'child before its parent', 1),
      span('root', null, 'first root', 0),
      span('root 2', null, 'second root', 2),
      span('orphan', 'nobody', 'orphan', 3),
      span('orphan 2', 'nobody', 'orphan too', 4),
      span('self', 'self', 'own parent', 5),
      span('a', 'b', 'loop a', 6),
      span('b', 'a', 'loop b', 7),
    ];
    for (const each of spans) await sendJson(`${server.url}/v1/traces`, otlpJson([each]));
    await page.goto(`${server.url}/sessions/${sessionId}`);
    await page.getByRole('treeitem', { name: /loop b/ }).waitFor();
    const seen = await page
      .getByRole('treeitem')
      .evaluateAll((items) =>
        items.map((item) => `${item.getAttribute('aria-level')} ${item.querySelector('.row-name')?.textContent}`),
      );
    expect(seen.slice(1)).toEqual([
      '2 first root',
      '3 child before its parent',
      '2 second root',
      '2 parent not received',
      '3 orphan',
      '3 orphan too',
      '2 own parent',
      '2 loop a',
      '3 loop b',
    ]);
    expect(await page.getByText('loop cut').count()).toBe(2);
  });

  test('spans of an open session show as they arrive, at their place', async () => {
    const sessionId = uuidOf('growing');
    const at = Date.now();
    const send = (id: string, parent: string | null, offset: number, more: object = {}) =>
      sendJson(
        `${server.url}/v1/traces`,
        otlpJson([
          {
            traceId: hexId('growing', 32),
            spanId: hexId(id, 16),
            ...(parent ? { parentSpanId: hexId(parent, 16) } : {}),
            name: id,
            startMs: at + offset,
            endMs: at + offset + 5,
            attributes: { 'honeyhive.session_id': sessionId, ...more },
          },
        ]),
      );
    await send('second', 'first', 10);
    await page.goto(`${server.url}/sessions/${sessionId}`);
    await page.getByText('parent not received').waitFor();
    await send('third', 'first', 20);
    await page.getByRole('treeitem', { name: /third/ }).waitFor();
    await send('first', null, 0, { 'honeyhive_metadata.answer': 42 });
    await page.getByText('parent not received').waitFor({ state: 'detached' });
    const seen = await page.locator('.tree-row .row-name').allTextContents();
    expect(seen.slice(1)).toEqual(['first', 'second', 'third']);
    await sendJson(`${server.url}/events`, { event_id: sessionId, feedback: { liked: true } }, 'PUT');
    await section('Feedback').waitFor();
  });

  test('a session of 15,000 spans opens, and its last span is one key away', async () => {
    const sessionId = uuidOf('long');
    const traceId = hexId('long', 32);
    const at = Date.now() - 60_000;
    const id = (i: number) => (i + 1).toString(16).padStart(16, '0');
    for (let from = 0; from < 15_000; from += 5_000) {
      const spans = Array.from({ length: 5_000 }, (_, n): SpanSketch => {
        const i = from + n;
        return {
          traceId,
          spanId: id(i),
          ...(i > 0 ? { parentSpanId: id(Math.floor((i - 1) / 4)) } : {}),
          name: `step ${i}`,
          startMs: at + i,
          endMs: at + i + 9,
          attributes: { 'honeyhive.session_id': sessionId },
        };
      });
      await sendJson(`${server.url}/v1/traces`, otlpJson(spans));
    }
    await page.goto(`${server.url}/sessions/${sessionId}`);
    await page.waitForFunction(
      (height) => document.querySelector<HTMLElement>('[role=tree]')?.style.height === height,
      `${15_001 * 30}px`,
    );
    expect(await page.getByRole('treeitem').count()).toBeLessThan(100);
    await page.getByRole('tree').focus();
    await page.keyboard.press('End');
    await page.locator('#row-15000[aria-selected=true]').waitFor();
    await page.getByRole('searchbox', { name: 'Filter spans' }).fill('step 14321');
    await page.getByText('1 found').waitFor();
  });

  test('what comes from outside is text: in names, keys, values, types, scores and errors', async () => {
    const sessionId = uuidOf('naughty');
    const at = Date.now();
    const root = hexId('naughty root', 16);
    const traceId = hexId('naughty', 32);
    const spans = naughtyStrings.map(
      (text, i): SpanSketch => ({
        traceId,
        spanId: i === 0 ? root : hexId(`naughty ${i}`, 16),
        ...(i === 0 ? {} : { parentSpanId: root }),
        name: text,
        startMs: at + i,
        endMs: at + i + 3,
        error: text,
        attributes: {
          'honeyhive.session_id': sessionId,
          honeyhive_event_type: text,
          honeyhive_error: text,
          honeyhive_error_type: text,
          'honeyhive_inputs.text': text,
          [`honeyhive_inputs.${text}`]: text,
          [`honeyhive_metadata.${text}.${text}`]: text,
          [`honeyhive_user_properties.${text}`]: text,
          'honeyhive_outputs.result': [{ role: text, content: text, [text]: text }],
          [text]: text,
        },
        events: [
          { name: text, timeMs: at + i, attributes: { [text]: text } },
          {
            name: 'gen_ai.evaluation.result',
            timeMs: at + i,
            attributes: {
              'gen_ai.evaluation.name': text,
              'gen_ai.evaluation.score.value': 0.5,
              'gen_ai.evaluation.score.label': text,
              'gen_ai.evaluation.explanation': text,
            },
          },
        ],
      }),
    );
    const all = Object.fromEntries(naughtyStrings.map((text) => [text, text]));
    await sendJson(`${server.url}/session/start`, {
      session: {
        session_id: sessionId,
        session_name: naughtyStrings[0],
        source: naughtyStrings[1],
        inputs: all,
        metadata: all,
        user_properties: { user_id: naughtyStrings[3] },
      },
    });
    await sendJson(
      `${server.url}/v1/traces`,
      otlpJson(spans, { 'service.name': naughtyStrings[2], [naughtyStrings[4] as string]: naughtyStrings[5] }),
    );

    await page.goto(server.url);
    await page.getByRole('link', { name: naughtyStrings[0] as string, exact: true }).click();
    await page.getByRole('treeitem').nth(5).waitFor();
    await page.getByRole('tree').focus();
    // Sections that start closed are opened once and stay open for every span.
    await page.keyboard.press('ArrowDown');
    await section('Scores').waitFor();
    for (const title of ['Events', 'Attributes', 'Resource'])
      await section(title).getByRole('button', { name: title, exact: false }).first().click();
    await page.getByRole('tree').focus();
    for (let row = 1; row <= naughtyStrings.length; row += 1) {
      // The panel shows the selected span, and shows it wholly.
      await page.waitForFunction((at) => {
        const selected = document.querySelector('[role=treeitem][aria-selected=true]');
        const isThere = selected?.id === `row-${at}` && document.querySelector('.panel .scores') !== null;
        return (
          isThere &&
          document.querySelector('.panel-title h2')?.textContent === selected.querySelector('.row-name')?.textContent
        );
      }, row);
      await page.keyboard.press('ArrowDown');
    }
    await page.screenshot({ path: join(artifacts, 'naughty.png') });
    expect(
      await page.evaluate(
        () =>
          document.querySelectorAll('#root script, #root iframe, #root img, #root object, #root embed, #root style')
            .length,
      ),
    ).toBe(0);
  });

  test('when the server is gone the page says so, and goes on by itself when it is back', async () => {
    await page.goto(server.url);
    await rows().first().waitFor();
    await server.stop();
    await page.getByText('Offline').waitFor();
    expect(await rows().count()).toBeGreaterThan(5);
    await page.getByRole('button', { name: 'Try again' }).click();
    await server.start();
    await page.getByText('Live', { exact: true }).waitFor();
    await page.getByRole('alert').waitFor({ state: 'detached' });
  });

  test("a light and a dark form exist, both in the reader's own setting", async () => {
    const ground = async (colorScheme: 'light' | 'dark') => {
      await page.emulateMedia({ colorScheme });
      return page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    };
    await page.goto(server.url);
    await rows().first().waitFor();
    expect(await ground('light')).not.toBe(await ground('dark'));
  });
});
