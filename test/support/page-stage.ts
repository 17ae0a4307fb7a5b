import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { findChromium, launchChromium } from './chromium.js';
import { type CountrySession, countrySessions, sendCountrySessions } from './country-sessions.js';
import { type LocalServerProcess, runLocalServer } from './local-server.js';

const artifacts = join(__dirname, '..', '..', 'artifacts');

/** A server with a dozen sessions, and a fresh page in a real Chromium for each test. */
export class PageStage {
  server!: LocalServerProcess;
  /** The only place the page may ask. */
  home = '';
  page!: Page;
  sessions: readonly CountrySession[] = [];
  #browser: Browser | undefined;
  #context: BrowserContext | undefined;
  /** What no page may do: open dialogs, ask other hosts, break its own rules, throw. */
  #offences: string[] = [];

  async open(chromiumPath: string): Promise<void> {
    mkdirSync(artifacts, { recursive: true });
    this.server = await runLocalServer();
    this.sessions = countrySessions(12, Date.now());
    await sendCountrySessions(this.server.url, this.sessions);
    this.#browser = await launchChromium(chromiumPath);
  }

  async close(): Promise<void> {
    await this.#browser?.close();
    await this.server?.remove();
  }

  async openPage(): Promise<void> {
    if (!this.#browser) throw new Error('Chromium did not start.');
    this.#offences = [];
    this.home = this.server.url;
    this.#context = await this.#browser.newContext({ viewport: { width: 1440, height: 900 } });
    this.page = await this.#context.newPage();
    this.page.setDefaultTimeout(15_000);
    this.page.on('dialog', (dialog) => {
      this.#offences.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    this.page.on('request', (request) => {
      if (!request.url().startsWith(`${this.home}/`)) this.#offences.push(`request: ${request.url()}`);
    });
    this.page.on('pageerror', (error) => this.#offences.push(`error: ${error.message}`));
    this.page.on('console', (message) => {
      if (/Content Security Policy/i.test(message.text())) this.#offences.push(message.text());
    });
  }

  async closePage(): Promise<void> {
    await this.#context?.close();
    expect(this.#offences).toEqual([]);
  }

  rows(): Locator {
    return this.page.getByRole('row').filter({ has: this.page.getByRole('cell') });
  }

  panel(): Locator {
    return this.page.getByRole('complementary');
  }

  /** A part of the panel, by its title. */
  section(title: string): Locator {
    const heading = this.page.getByRole('heading', { name: title });
    return this.panel().locator('section').filter({ has: heading });
  }

  artifact(name: string): string {
    return join(artifacts, name);
  }
}

/** Tests that need a Chromium; without one they are skipped, and say so. */
export function onPage(name: string, tests: (stage: PageStage) => void): void {
  const chromiumPath = findChromium();
  if (!chromiumPath) {
    // Jest keeps the console of a suite that is skipped as a whole to itself.
    process.stderr.write(
      `Skipped, ${name}: no Chromium on this machine. Install it or set CHROMIUM_PATH; .ci/run installs it.\n`,
    );
  }
  (chromiumPath ? describe : describe.skip)(name, () => {
    const stage = new PageStage();
    jest.setTimeout(60_000);
    beforeAll(() => stage.open(chromiumPath ?? ''));
    afterAll(() => stage.close());
    beforeEach(() => stage.openPage());
    afterEach(() => stage.closePage());
    tests(stage);
  });
}
