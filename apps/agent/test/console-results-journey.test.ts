import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createDatabase, testServer, uniqueName } from '@postern/infra/test-server';
import axe from 'axe-core';
import { type Browser as Chromium, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asSuperuser, connection, rule, until, World } from './fixture.js';

const path = process.env.POSTERN_TEST_CHROMIUM;
/** Pictures for docs/images are made by running this with POSTERN_PICTURES set to a folder. */
const PICTURES = process.env.POSTERN_PICTURES;
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'];

describe.runIf(path !== undefined && existsSync(path))('results, edits and exports in a browser', () => {
  let world: World;
  let url: string;
  let browser: Chromium;
  let page: Page;

  beforeAll(async () => {
    url = await createDatabase(await testServer(), uniqueName('journey'));
    await asSuperuser(
      url,
      `create table item (id int primary key, name text, price numeric(10, 2), added timestamptz default '2026-01-02 03:04:05.678901+00');
       insert into item select n, case when n % 7 = 0 then null else 'item ' || n end, n * 1.10 from generate_series(1, 2000) n`,
    );
    world = await World.create({ shop: url, live: url });
    await world.publish([rule('*', ['*'], 'group:dba')], {
      connections: [connection('shop', { label: 'Test', rowCap: 1_000 }), connection('live')],
    });
    await world.start();
    await until(() => world.agent.policy.state === 'ok');
    const dana = await world.signIn('dana');
    browser = await chromium.launch({ executablePath: path ?? '', args: FLAGS });
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
    await context.addCookies(
      [...dana.cookies].map(([name, value]) => ({ name, value, url: world.agent.url })),
    );
    page = await context.newPage();
    page.setDefaultTimeout(20_000);
    await page.goto(world.agent.url);
  }, 180_000);
  afterAll(async () => {
    await browser?.close();
    await world?.stop();
  });

  const shot = async (name: string) => {
    if (PICTURES !== undefined) await page.screenshot({ path: `${PICTURES}/${name}.png` });
  };
  const run = async (sql: string) => {
    // Not by the mouse: a list of completions may lie over the text.
    await page.locator('.cm-content').focus();
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.insertText(sql);
    await page.keyboard.press('ControlOrMeta+Shift+Enter');
  };

  const grid = () => page.getByRole('grid');
  const choose = async (name: RegExp) => {
    await page.getByRole('combobox', { name: 'Connection' }).click();
    await page.getByRole('option', { name }).click();
  };
  /** The results; the workspace around them has a journey of its own. */
  const isClean = async () => {
    // By the debugger: the page itself allows no script but its own.
    await page.evaluate(axe.source);
    const found = await page.evaluate(async () => {
      const axe = (
        globalThis as unknown as {
          axe: { run(where: string): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
        }
      ).axe;
      return (await axe.run('[aria-busy]')).violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
    });
    expect(found).toEqual([]);
  };

  it('streams a result into the grid, says when it was cut, and loads more', async () => {
    await choose(/shop/);
    await run("select n, null as nothing, '' as empty from generate_series(1, 250000) n");
    await page.getByText(/showing first 100,000 rows/).waitFor();
    await page.getByRole('button', { name: 'Load more' }).click();
    await page.getByText('250,000 rows').waitFor();
    await page
      .getByTitle(/^ran in the database journey_\w+ as the role postgres, with .* "\$user", public$/)
      .waitFor();
    await page.getByTitle(/whole run, from click to answer, .+; shown .+ after its last row came$/).waitFor();
    await shot('console-footer');
    await grid().press('ControlOrMeta+ArrowDown');
    await page.getByRole('rowheader', { name: '250000', exact: true }).waitFor();
    expect(await page.getByText('NULL').count()).toBeGreaterThan(5);
  });

  it('filters, sorts, sums, and shows a row', async () => {
    await run('select id, name, price, added from item order by id');
    await page.getByText('2,000 rows').waitFor();
    await page.getByRole('button', { name: 'Column name' }).click();
    await page.getByRole('menuitem', { name: 'Sort descending' }).click();
    await page.getByRole('row').nth(1).getByText('NULL').waitFor();
    await page.getByLabel('Filter rows').fill('item 199');
    await page.getByText(/rows match/).waitFor();
    await page.getByLabel('Filter rows').fill('');
    await page.getByRole('columnheader', { name: /price/ }).click({ position: { x: 20, y: 10 } });
    await page.getByText('sum 2201100.00 · average 1100.55').waitFor();
    await shot('console-results');
    await isClean();
    await grid().press('ControlOrMeta+Home');
    await grid().press('Space');
    await page.getByRole('dialog').getByText('added').waitFor();
    await page.getByRole('button', { name: 'Next' }).click();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Chart' }).click();
    await page.getByRole('img', { name: /bar chart of price/ }).waitFor();
    await shot('console-chart');
    await page.keyboard.press('Escape');
  });

  it('edits rows: staged, reviewed, applied; a change of somebody else is a conflict', async () => {
    await run('select id, name, price from item where id <= 20 order by id');
    await page.getByText('20 rows').waitFor();
    await page.getByRole('button', { name: 'Edit rows' }).click();
    await page.getByText('nothing staged').waitFor();
    await page.getByRole('gridcell', { name: 'item 2', exact: true }).dblclick();
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.type("it's 2");
    await page.keyboard.press('Enter');
    await page.getByRole('gridcell', { name: '3.30', exact: true }).click();
    await page.keyboard.type('abc');
    await page.keyboard.press('Enter');
    await page.getByText('is not a number.').waitFor();
    await page.getByRole('gridcell', { name: 'item 5', exact: true }).click();
    await page.keyboard.press('Delete');
    await page.getByText('2 rows staged').waitFor();
    await shot('console-edit');
    await isClean();
    await page.getByRole('button', { name: 'Review' }).click();
    await page.getByText(/UPDATE public.item SET "name" = 'it''s 2'/).waitFor();
    await page.getByRole('button', { name: 'Apply', exact: true }).click();
    await page.getByText('19 rows').waitFor();
    expect(await asSuperuser(url, 'select name from item where id = 2')).toEqual([["it's 2"]]);

    await page.getByRole('button', { name: 'Edit rows' }).click();
    await page.getByRole('gridcell', { name: 'item 3', exact: true }).dblclick();
    await page.keyboard.type('mine');
    await page.keyboard.press('Enter');
    await asSuperuser(url, "update item set name = 'theirs' where id = 3");
    await page.getByRole('button', { name: 'Review' }).click();
    await page.getByRole('button', { name: 'Apply', exact: true }).click();
    await page.getByText(/somebody changed or deleted the row meanwhile/).waitFor();
    await page.getByText('1 row staged').waitFor();
    expect(await asSuperuser(url, 'select name from item where id = 3')).toEqual([['theirs']]);
    await page.getByRole('button', { name: 'Discard' }).click();
  });

  it('asks before every row changes, and exports', async () => {
    await run('delete from item');
    await page.getByRole('dialog', { name: 'DELETE without WHERE?' }).waitFor();
    await page.getByRole('button', { name: 'Do not run it' }).click();
    expect(await asSuperuser(url, 'select count(*) from item')).toEqual([['1999']]);
    await run('select * from item');
    await page.getByText('1,999 rows').waitFor();
    const downloading = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Export' }).click();
    await page.getByRole('menuitem', { name: 'CSV' }).click();
    const file = await (await downloading).path();
    await page.getByText('exported 1,999 rows').waitFor();
    expect((await readFile(file, 'utf8')).split('\r\n')).toHaveLength(2_001);
  });

  it('waits for Commit on production', async () => {
    await choose(/live/);
    await run("update item set name = 'waits' where id = 1");
    await page.getByText('In transaction').waitFor();
    expect(await asSuperuser(url, 'select name from item where id = 1')).toEqual([['item 1']]);
    await page.getByRole('button', { name: 'Commit', exact: true }).click();
    await page.getByText('Committed').waitFor();
    expect(await asSuperuser(url, 'select name from item where id = 1')).toEqual([['waits']]);
  });

  it('keeps the text and says what happened when the agent goes', async () => {
    await run('select pg_sleep(20)');
    await until(
      async () =>
        (
          await asSuperuser(
            url,
            "select 1 from pg_stat_activity where query = 'select pg_sleep(20)' and state = 'active'",
          )
        ).length === 1,
    );
    await world.stopAgent();
    await page
      .getByText(/agent (stops|was lost|does not answer)|cancelled/)
      .first()
      .waitFor();
    expect(await page.locator('.cm-content').textContent()).toContain('select pg_sleep(20)');
  });
});
