import { naughtyStrings } from '../support/naughty-strings.js';
import { hexId, otlpJson, type SpanSketch, sendJson, uuidOf } from '../support/otlp-json.js';
import { onPage } from '../support/page-stage.js';

onPage('hostile texts on the page', (stage) => {
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
    await sendJson(`${stage.server.url}/session/start`, {
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
      `${stage.server.url}/v1/traces`,
      otlpJson(spans, { 'service.name': naughtyStrings[2], [naughtyStrings[4] as string]: naughtyStrings[5] }),
    );

    await stage.page.goto(stage.server.url);
    await stage.page.getByRole('link', { name: naughtyStrings[0] as string, exact: true }).click();
    await stage.page.getByRole('treeitem').nth(5).waitFor();
    await stage.page.getByRole('tree').focus();
    // Sections that start closed are opened once and stay open for every span.
    await stage.page.keyboard.press('ArrowDown');
    await stage.section('Scores').waitFor();
    for (const title of ['Events', 'Attributes', 'Resource'])
      await stage.section(title).getByRole('button', { name: title, exact: false }).first().click();
    await stage.page.getByRole('tree').focus();
    for (let row = 1; row <= naughtyStrings.length; row += 1) {
      // The panel shows the selected span, and shows it wholly.
      await stage.page.waitForFunction((at) => {
        const selected = document.querySelector('[role=treeitem][aria-selected=true]');
        const isThere = selected?.id === `row-${at}` && document.querySelector('.panel .scores') !== null;
        return (
          isThere &&
          document.querySelector('.panel-title h2')?.textContent === selected.querySelector('.row-name')?.textContent
        );
      }, row);
      await stage.page.keyboard.press('ArrowDown');
    }
    await stage.page.screenshot({ path: stage.artifact('naughty.png') });
    expect(
      await stage.page.evaluate(
        () =>
          document.querySelectorAll('#root script, #root iframe, #root img, #root object, #root embed, #root style')
            .length,
      ),
    ).toBe(0);
  });
});
