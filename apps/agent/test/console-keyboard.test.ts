import { readFile } from 'node:fs/promises';
import { createDatabase, testServer, uniqueName } from '@postern/infra/test-server';
import type { Browser as Chromium, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { axeProblems, CHROMIUM, launch, openConsole } from './console-page.js';
import { asSuperuser, connection, rule, until, World } from './fixture.js';

describe.skipIf(!CHROMIUM)('the main jobs by keyboard alone', () => {
  let world: World;
  let url: string;
  let chromium: Chromium;
  let page: Page;
  const problems: string[][] = [];

  beforeAll(async () => {
    url = await createDatabase(await testServer(), uniqueName('keyboard'));
    await asSuperuser(
      url,
      `create table item (id int primary key, name text, price numeric);
       insert into item select n, 'item ' || n, n * 1.5 from generate_series(1, 30) n`,
    );
    world = await World.create({ shop: url, archive: url });
    await world.publish([rule('*', ['*'], 'group:dba')], {
      connections: [connection('shop', { label: 'Test' }), connection('archive', { label: 'Test' })],
    });
    await world.start();
    await until(() => world.agent.policy.state === 'ok');
    chromium = await launch();
    const opened = await openConsole(chromium, world, 'dana', { width: 1_280, height: 800 });
    problems.push(opened.problems);
    page = opened.page;
    await page.locator('.cm-content').waitFor();
  }, 180_000);
  afterAll(async () => {
    await chromium?.close();
    await world?.stop();
  });

  const press = async (...keys: string[]) => {
    for (const key of keys) await page.keyboard.press(key);
  };
  /** What has the focus: its role or tag, and its name. */
  const focused = () =>
    page.locator(':focus').evaluateAll((elements) => {
      const [element] = elements;
      const role = element?.getAttribute('role') ?? element?.tagName.toLowerCase();
      return `${role} ${element?.getAttribute('aria-label') ?? element?.textContent?.trim().slice(0, 60)}`;
    });
  /** Goes on with Tab until what has the focus is that; people give up before it takes forty. */
  const tabTo = async (name: RegExp, key: 'Tab' | 'Shift+Tab' = 'Tab') => {
    const seen: string[] = [];
    for (let step = 0; step < 40; step++) {
      await press(key);
      seen.push(await focused());
      if (name.test(seen.at(-1) ?? '')) return;
    }
    throw new Error(`${name} was not reached: ${seen.join(', ')}`);
  };
  const write = async (sql: string) => {
    await press('ControlOrMeta+a');
    await page.keyboard.insertText(sql);
  };
  const hasFocus = (name: RegExp) => expect.poll(focused).toMatch(name);

  it('connects, writes, runs and walks the rows', async () => {
    await press('Alt+k');
    await page.getByRole('option').first().waitFor();
    expect(await axeProblems(page)).toEqual([]);
    await page.keyboard.type('sho');
    await press('Enter');
    await hasFocus(/^textbox/);
    await write('select id, name, price from item order by id');
    await press('ControlOrMeta+Enter');
    await page.getByText('30 rows').waitFor();
    await press('F6');
    await hasFocus(/^grid/);
    await press('ArrowDown', 'ArrowRight', 'Enter');
    await page.getByRole('dialog', { name: 'name' }).getByText('item 2').waitFor();
    await press('Escape');
    await hasFocus(/^grid/);
    await press('Space');
    await page.getByRole('dialog', { name: 'Row 2 of 30' }).waitFor();
    await press('Escape', 'Shift+F10');
    await page.getByRole('menuitem', { name: 'Sort descending' }).waitFor();
    expect(await axeProblems(page)).toEqual([]);
    await press('ArrowDown');
    await hasFocus(/Sort descending/);
    await press('Enter');
    await hasFocus(/^grid/);
    await expect
      .poll(() => page.getByRole('columnheader', { name: /^name/ }).getAttribute('aria-sort'))
      .toBe('descending');
  });

  it('edits a cell, adds and deletes a row, reviews and applies', async () => {
    await write2('select id, name, price from item order by id');
    await tabTo(/Edit rows/, 'Shift+Tab');
    await press('Enter');
    await page.getByText('nothing staged').waitFor();
    await hasFocus(/^grid/);
    await press('ControlOrMeta+Home', 'ArrowRight');
    await page.keyboard.type('first');
    await press('Enter', 'ArrowDown', 'Delete');
    await page.getByText('2 rows staged').waitFor();
    await tabTo(/Add row/);
    await press('Enter');
    await hasFocus(/^grid/);
    await page.getByText('3 rows staged').waitFor();
    await page.keyboard.type('31');
    await press('Enter', 'ArrowRight');
    await page.keyboard.type('new');
    await press('Enter');
    await tabTo(/^button Review/);
    await press('Enter');
    const review = page.getByRole('dialog', { name: 'Review the changes' });
    await review.getByText(/INSERT INTO public.item/).waitFor();
    await tabTo(/^button Apply/);
    await press('Enter');
    await page.getByText('Changed 3 rows').waitFor();
    expect(await asSuperuser(url, 'select id, name from item where id in (1, 3, 31) order by id')).toEqual([
      ['1', 'first'],
      ['31', 'new'],
    ]);
  });

  /** From wherever the focus is: the editor, a run, and into its rows. */
  async function write2(sql: string) {
    if (!/^textbox/.test(await focused())) await press('F6');
    await hasFocus(/^textbox/);
    // The result before is there until this one comes, and may look the same: its audit id does not.
    const auditIds = () => page.locator('footer code').allTextContents();
    const before = await auditIds();
    await write(sql);
    await press('ControlOrMeta+Enter');
    await expect.poll(auditIds).not.toEqual(before);
    await page.getByText(/^\d+ rows?$/).waitFor();
    await press('F6');
    await hasFocus(/^grid/);
  }

  it('cancels, exports and explains', async () => {
    await press('F6');
    await hasFocus(/^textbox/);
    await write('select pg_sleep(30)');
    await press('ControlOrMeta+Enter');
    await page.getByRole('button', { name: 'Cancel' }).waitFor();
    await press('ControlOrMeta+.');
    await page.getByRole('heading', { name: 'Cancelled' }).waitFor();
    await write2('select id from item where id < 3');
    await tabTo(/Export/, 'Shift+Tab');
    const downloading = page.waitForEvent('download');
    await press('Enter');
    await page.getByRole('menuitem', { name: 'CSV' }).waitFor();
    await press('Enter');
    expect(await readFile(await (await downloading).path(), 'utf8')).toContain('1\r\n2');
    await page.getByText('exported 2 rows').waitFor();
    await press('F6');
    await hasFocus(/^textbox/);
    await press('Alt+e');
    await page
      .getByText(/Scan (using .* )?on item/)
      .first()
      .waitFor();
    await tabTo(/Analyze/);
    await press('Enter');
    await page.getByRole('button', { name: 'Run and measure' }).waitFor();
    await tabTo(/Run and measure/);
    await press('Enter');
    await page.getByText('Newest plan', { exact: true }).waitFor();
  });

  it('finds an object, looks at sessions, saves and finds a query, and goes back', async () => {
    await press('Alt+o');
    await hasFocus(/Search objects/);
    await page.keyboard.type('item');
    await page.locator('[data-found="item"]').waitFor();
    await press('ArrowDown', 'ArrowDown', 'Enter');
    await page.getByRole('heading', { name: 'public.item' }).waitFor();
    await press('Alt+p');
    await page.getByRole('columnheader', { name: 'Process' }).waitFor();
    await tabTo(/^button Terminate session/);
    await press('Enter');
    await page.getByRole('dialog', { name: /^Terminate session/ }).waitFor();
    await press('Escape', 'Alt+1');
    await page.locator('.cm-content').waitFor();
    await press('Alt+s');
    await hasFocus(/Search saved queries/);
    await tabTo(/^input Name/);
    await page.keyboard.type('few items');
    await press('Enter');
    await page.getByText('Saved.').waitFor();
    await press('Escape');
    await hasFocus(/^textbox/);
    const unsaved = page.getByRole('img', { name: 'differs from its saved query' });
    expect(await unsaved.count()).toBe(0);
    await page.keyboard.type('-');
    await unsaved.waitFor();
    await press('Backspace');
    await unsaved.waitFor({ state: 'detached' });
    await press('Alt+h');
    await hasFocus(/Search history/);
    await page.keyboard.type('pg_sleep');
    await tabTo(/pg_sleep/);
    await press('Enter');
    await page.getByRole('tab', { name: 'Query 2' }).waitFor();
    expect(await page.locator('.cm-content').textContent()).toContain('pg_sleep(30)');
  });

  it('had no error in the page', () => {
    expect(problems.flat()).toEqual([]);
  });
});
