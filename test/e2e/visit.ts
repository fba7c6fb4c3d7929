import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY } from '@postern/infra/paths';
import type { Stack } from '@postern/infra/stack';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { onTestFailed } from 'vitest';
import { testStack } from '../stack.js';

const EXECUTABLE = process.env.POSTERN_TEST_CHROMIUM;
const FLAGS = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
  ...['--disable-component-update', '--disable-sync', '--disable-dev-shm-usage'],
];
const ARTIFACTS = join(REPOSITORY, 'test', '.artifacts');

/** Without a browser these suites are skipped; CI counts its absence as a failure. */
export const hasBrowser = EXECUTABLE !== undefined;

/** A file that a test leaves for a person to look at. */
export const artifact = (name: string): string => join(ARTIFACTS, name);

/** A whole Postern, and a browser in which people look at it. */
export class Visit {
  /** What pages threw, with their addresses. */
  readonly problems: string[] = [];
  readonly #pages = new Map<string, Page>();

  private constructor(
    readonly stack: Stack,
    readonly browser: Browser,
  ) {}

  static async start(): Promise<Visit> {
    mkdirSync(ARTIFACTS, { recursive: true });
    const stack = await testStack({ queue: 'auto' });
    const browser = await chromium.launch({
      ...(EXECUTABLE === undefined ? {} : { executablePath: EXECUTABLE }),
      args: FLAGS,
    });
    return new Visit(stack, browser);
  }

  async stop(): Promise<void> {
    await this.browser.close();
    await this.stack.stop();
  }

  /** A person's own browser: cookies of nobody else. */
  async page(person: string, options: BrowserContextOptions = {}): Promise<Page> {
    const context = await this.browser.newContext({ viewport: { width: 1360, height: 850 }, ...options });
    context.setDefaultTimeout(20_000);
    const page = await context.newPage();
    page.on('pageerror', (error) => this.problems.push(`${page.url()}: ${error.message}`));
    this.#pages.set(person, page);
    return page;
  }

  async signIn(page: Page, email: string): Promise<void> {
    await page.getByLabel('E-mail').fill(email);
    await page.getByLabel('Password').fill(this.stack.password);
    await page.getByRole('button', { name: 'Sign in' }).click();
  }

  /** A page of the organisation's in the web app. */
  url(path: string): string {
    return `${this.stack.urls.web}/${this.stack.organisation.orgSlug}/${path}`;
  }

  /** To be called in a test: what the pages looked like is worth more than the stack of a failed expectation. */
  keepPictures(): void {
    onTestFailed(async ({ task }) => {
      const name = task.name.replace(/\W+/g, '-');
      for (const [person, page] of this.#pages)
        await page.screenshot({ path: artifact(`${name}-${person}.png`) }).catch(() => undefined);
    });
  }
}
