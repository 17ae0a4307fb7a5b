import { hexId, otlpJson, type SpanSketch, sendJson, uuidOf } from '../support/otlp-json.js';
import { onPage } from '../support/page-stage.js';

onPage('a session on the page', (stage) => {
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
    for (const each of spans) await sendJson(`${stage.server.url}/v1/traces`, otlpJson([each]));
    await stage.page.goto(`${stage.server.url}/sessions/${sessionId}`);
    await stage.page.getByRole('treeitem', { name: /loop b/ }).waitFor();
    const seen = await stage.page
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
    expect(await stage.page.getByText('loop cut').count()).toBe(2);
  });

  test('what the sender left out is said where it is missed', async () => {
    const sessionId = uuidOf('limited');
    const ids = { traceId: hexId('limited', 32), spanId: hexId('limited', 16) };
    const fields = {
      droppedAttributesCount: 2,
      droppedEventsCount: 1,
      events: [{ name: 'retrieved', timeUnixNano: '1500000', droppedAttributesCount: 7 }],
    };
    const attributes = { 'honeyhive.session_id': sessionId };
    const span = { ...ids, name: 'limited', startMs: 1, endMs: 2, attributes, fields };
    await sendJson(`${stage.server.url}/v1/traces`, otlpJson([span]));
    await stage.page.goto(`${stage.server.url}/sessions/${sessionId}?span=${ids.spanId}`);
    await stage.panel().getByText('left out by the sender, whose limits they exceed: 2 attributes, 1 event').waitFor();
    await stage.section('Events').getByRole('button', { name: 'Events' }).first().click();
    await stage.section('Events').getByText('The sender left out 7 attributes.').waitFor();
  });

  test('integers beyond 2^53 are shown to the digit, inside JSON texts too', async () => {
    const sessionId = uuidOf('digits');
    const ids = { traceId: hexId('digits', 32), spanId: hexId('digits', 16) };
    const attributes = {
      'honeyhive.session_id': sessionId,
      'honeyhive_inputs.asked': '{"user_id":1234567890123456789}',
      'honeyhive_outputs.result':
        '{"order_id":-9223372036854775807,"at":1767614400000000,"said":"\\"9223372036854775806"}',
    };
    await sendJson(
      `${stage.server.url}/v1/traces`,
      otlpJson([{ ...ids, name: 'digits', startMs: 1, endMs: 2, attributes }]),
    );
    await stage.page.goto(`${stage.server.url}/sessions/${sessionId}?span=${ids.spanId}`);
    const panel = stage.panel();
    for (const digits of ['1234567890123456789', '-9223372036854775807', '1767614400000000', '9223372036854775806'])
      await panel.getByText(digits).first().waitFor();
  });

  test('a session whose address is opened before it arrives shows when it comes', async () => {
    const sessionId = uuidOf('awaited');
    const ids = { traceId: hexId('awaited', 32), spanId: hexId('awaited', 16) };
    await stage.page.goto(`${stage.server.url}/sessions/${sessionId}`);
    await stage.page.getByRole('heading', { name: 'No such session' }).waitFor();
    await stage.page.getByText('Live', { exact: true }).waitFor();
    const attributes = { 'honeyhive.session_id': sessionId };
    const at = Date.now();
    await sendJson(
      `${stage.server.url}/v1/traces`,
      otlpJson([{ ...ids, name: 'at last', startMs: at, endMs: at + 5, attributes }]),
    );
    await stage.page.getByRole('treeitem', { name: /at last/, level: 2 }).waitFor();
  });

  test('spans of an open session show as they arrive, at their place', async () => {
    const sessionId = uuidOf('growing');
    const at = Date.now();
    const send = (id: string, parent: string | null, offset: number, more: object = {}) =>
      sendJson(
        `${stage.server.url}/v1/traces`,
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
    await stage.page.goto(`${stage.server.url}/sessions/${sessionId}`);
    await stage.page.getByText('parent not received').waitFor();
    await send('third', 'first', 20);
    await stage.page.getByRole('treeitem', { name: /third/ }).waitFor();
    await send('first', null, 0, { 'honeyhive_metadata.answer': 42 });
    await stage.page.getByText('parent not received').waitFor({ state: 'detached' });
    const seen = await stage.page.locator('.tree-row .row-name').allTextContents();
    expect(seen.slice(1)).toEqual(['first', 'second', 'third']);
    await sendJson(`${stage.server.url}/events`, { event_id: sessionId, feedback: { liked: true } }, 'PUT');
    await stage.section('Feedback').waitFor();
  });

  test('a session with a span that has not ended is running, in the list and on its page', async () => {
    const sessionId = uuidOf('running');
    const attributes = { 'honeyhive.session_id': sessionId, 'honeyhive.session_name': 'on its way' };
    const at = Date.now();
    const send = (id: string, fields: Record<string, unknown>) => {
      const ids = { traceId: hexId('running', 32), spanId: hexId(id, 16) };
      const span = { ...ids, name: id, startMs: at, endMs: at + 5, attributes, fields };
      return sendJson(`${stage.server.url}/v1/traces`, otlpJson([span]));
    };
    await send('begun', { endTimeUnixNano: undefined });
    await stage.page.goto(stage.server.url);
    const row = stage.rows().filter({ hasText: 'on its way' });
    await row.filter({ hasText: 'running' }).waitFor();
    await row.getByRole('link').click();
    const root = stage.page.locator('#row-0');
    const head = stage.page.locator('.session-header');
    await root.filter({ hasText: 'running' }).waitFor();
    await head.filter({ hasText: 'running' }).waitFor();
    await stage.page.screenshot({ path: stage.artifact('running.png') });
    // Another span that ends does not end the session; the first one that does.
    await send('ended', {});
    await stage.page.locator('#row-2').waitFor();
    expect([await root.textContent(), await head.textContent()].join()).toMatch(/running.*running/);
    await send('begun', {});
    await root.filter({ hasText: '5 ms' }).waitFor();
    await head.filter({ hasText: '5 ms' }).waitFor();
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
      await sendJson(`${stage.server.url}/v1/traces`, otlpJson(spans));
    }
    await stage.page.goto(`${stage.server.url}/sessions/${sessionId}`);
    await stage.page.waitForFunction(
      (height) => document.querySelector<HTMLElement>('[role=tree]')?.style.height === height,
      `${15_001 * 30}px`,
    );
    expect(await stage.page.getByRole('treeitem').count()).toBeLessThan(100);
    await stage.page.getByRole('tree').focus();
    await stage.page.keyboard.press('End');
    await stage.page.locator('#row-15000[aria-selected=true]').waitFor();

    // The focus stays in the tree when the row that was clicked on is scrolled out of sight.
    const focus = () => stage.page.evaluate(() => document.activeElement?.getAttribute('role'));
    await stage.page.keyboard.press('Home');
    await stage.page.locator('#row-2').click();
    await stage.page.locator('.tree-box').evaluate((box) => box.scrollTo(0, 100_000));
    await stage.page.locator('#row-2').waitFor({ state: 'detached' });
    expect(await focus()).toBe('tree');
    await stage.page.keyboard.press('ArrowDown');
    await stage.page.locator('#row-3[aria-selected=true]').waitFor();
    await stage.page.locator('#row-1 .caret').click();
    await stage.page.locator('#row-1[aria-expanded=false]').waitFor();
    expect(await focus()).toBe('tree');
    await stage.page.getByRole('treeitem', { name: /^step 0 14999/ }).waitFor();

    await stage.page.getByRole('searchbox', { name: 'Filter spans' }).fill('step 14321');
    await stage.page.getByText('1 found').waitFor();
  });
});
