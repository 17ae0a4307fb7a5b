import { hexId, otlpJson, sendJson, uuidOf } from '../support/otlp-json.js';
import { onPage } from '../support/page-stage.js';

onPage('a session in little room', (stage) => {
  const sessionId = uuidOf('narrow');
  const open = async (width: number, height: number) => {
    const at = Date.now() - 600_000;
    const spans = Array.from({ length: 60 }, (_, i) => ({
      traceId: hexId('narrow', 32),
      spanId: hexId(`narrow ${i}`, 16),
      name: `step ${i}`,
      startMs: at + i * 9_000,
      endMs: at + i * 9_000 + 8_500,
      attributes: { 'honeyhive.session_id': sessionId },
    }));
    await sendJson(`${stage.server.url}/v1/traces`, otlpJson(spans));
    await stage.page.setViewportSize({ width, height });
    await stage.page.goto(`${stage.server.url}/sessions/${sessionId}?span=${hexId('narrow 3', 16)}`);
    await stage.page.getByRole('treeitem', { name: /step 3 /, level: 2 }).waitFor();
    await stage.panel().getByText('Duration').waitFor();
  };

  test.each([1440, 1000, 720, 390])(
    '%i pixels wide, the labels of the time scale stay in it and apart',
    async (width) => {
      await open(width, 900);
      await stage.page.screenshot({ path: stage.artifact(`axis-${width}.png`) });
      const seen = await stage.page.evaluate(() => {
        const pane = document.querySelector('.tree-pane')?.getBoundingClientRect();
        const labels = [...document.querySelectorAll('.tick')].filter((tick) => tick.textContent !== '');
        const boxes = labels.map((label) => label.getBoundingClientRect());
        return {
          labels: labels.map((label) => label.textContent),
          inside: boxes.every((box) => box.right <= (pane?.right ?? 0)),
          apart: boxes.every((box, i) => i === 0 || box.left >= (boxes[i - 1]?.right ?? 0)),
          sideways: document.documentElement.scrollWidth > innerWidth,
        };
      });
      expect(seen).toMatchObject({ inside: true, apart: true, sideways: false });
      expect(seen.labels.slice(0, 2).join()).toMatch(/^0(,\d+m)?$/);
    },
  );

  test.each([
    [844, 390],
    [720, 450],
    [390, 600],
    [1100, 300],
  ])('at %i by %i the tree and the details have room, and the page scrolls', async (width, height) => {
    await open(width, height);
    const heightOf = (part: string) => stage.page.locator(part).evaluate((element) => element.clientHeight);
    expect(await heightOf('.tree-box')).toBeGreaterThan(180);
    expect(await heightOf('.panel')).toBeGreaterThanOrEqual(280);
    await stage.panel().scrollIntoViewIfNeeded();
    await stage.page.screenshot({ path: stage.artifact(`narrow-${width}.png`) });
    const { scrolls, sideways } = await stage.page.evaluate(() => ({
      scrolls: document.documentElement.scrollHeight > innerHeight,
      sideways: document.documentElement.scrollWidth > innerWidth,
    }));
    expect([scrolls, sideways]).toEqual([true, false]);
    expect(await heightOf('.tree-box')).toBeLessThan(60 * 30);
  });

  test('in a usual window the page itself does not scroll', async () => {
    await open(1440, 900);
    expect(await stage.page.evaluate(() => document.documentElement.scrollHeight)).toBe(900);
  });
});
