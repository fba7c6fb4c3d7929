import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DEMO_PEOPLE } from '@postern/infra/demo-organisation';
import { REPOSITORY } from '@postern/infra/paths';
import type { Stack } from '@postern/infra/stack';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testStack } from '../stack.js';

const EXECUTABLE = process.env.POSTERN_TEST_CHROMIUM;
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-dev-shm-usage',
];
const ARTIFACTS = join(REPOSITORY, 'test', '.artifacts');

/** Ada makes a report by mouse and keyboard, watches it being made, takes it away. */
describe.skipIf(!EXECUTABLE)('reports, in the browser', () => {
  let stack: Stack;
  let browser: Browser;
  let ada: Page;
  const problems: string[] = [];
  const picture = (name: string) => ada.screenshot({ path: join(ARTIFACTS, `${name}.png`) });

  beforeAll(async () => {
    mkdirSync(ARTIFACTS, { recursive: true });
    stack = await testStack({ queue: 'auto' });
    browser = await chromium.launch({ ...(EXECUTABLE ? { executablePath: EXECUTABLE } : {}), args: FLAGS });
    const context = await browser.newContext({
      viewport: { width: 1360, height: 900 },
      acceptDownloads: true,
    });
    context.setDefaultTimeout(20_000);
    ada = await context.newPage();
    ada.on('pageerror', (error) => problems.push(`${ada.url()}: ${error.message}`));
  });
  afterAll(async () => {
    await browser?.close();
    await stack?.stop();
  });

  it('asks for a report, sees it done and downloads it as PDF', async () => {
    await ada.goto(`${stack.urls.web}/${stack.organisation.orgSlug}/reports`);
    await ada.getByLabel('E-mail').fill(DEMO_PEOPLE.ada.email);
    await ada.getByLabel('Password').fill(stack.password);
    await ada.getByRole('button', { name: 'Sign in' }).click();
    await ada.getByRole('heading', { name: 'No report yet' }).waitFor();
    await ada.getByRole('button', { name: 'Make Who can do what' }).click();
    await picture('reports-form');
    await ada.getByRole('dialog').getByRole('button', { name: 'Make report' }).click();
    const panel = ada.getByRole('dialog', { name: 'Who can do what' });
    await panel.getByText('Done', { exact: true }).waitFor();
    await picture('reports-done');
    const [download] = await Promise.all([
      ada.waitForEvent('download'),
      panel.getByRole('button', { name: 'PDF' }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/^postern-who-can-what-.*\.pdf$/);
    const file = join(ARTIFACTS, 'who-can-what.pdf');
    await download.saveAs(file);
    expect(readFileSync(file).subarray(0, 5).toString()).toBe('%PDF-');
    await ada.keyboard.press('Escape');
    await panel.waitFor({ state: 'hidden' });
    await ada.getByRole('row').filter({ hasText: 'Who can do what' }).waitFor();
    await picture('reports');
  });

  it('no page threw an error', () => {
    expect(problems).toEqual([]);
  });
});
