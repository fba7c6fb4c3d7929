import { existsSync } from 'node:fs';
import { createDatabase, testServer, uniqueName } from '@postern/infra/test-server';
import { type Browser as Chromium, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asSuperuser, connection, rule, until, World } from './fixture.js';

const path = process.env.POSTERN_TEST_CHROMIUM;
const SHOTS = process.env.POSTERN_TEST_SHOTS;
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
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    await context.addCookies(
      [...dana.cookies].map(([name, value]) => ({ name, value, url: world.agent.url })),
    );
    page = await context.newPage();
    page.setDefaultTimeout(10_000);
    await page.goto(world.agent.url);
  });
  afterAll(async () => {
    await browser?.close();
    await world?.stop();
  });

  const shot = async (name: string) => {
    if (SHOTS !== undefined) await page.screenshot({ path: `${SHOTS}/${name}.png` });
  };
  const run = async (sql: string) => {
    await page.locator('.cm-content').click();
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.insertText(sql);
    await page.keyboard.press('ControlOrMeta+Shift+Enter');
  };

  it('streams a result into the grid and says when it was cut', async () => {
    await page.getByRole('combobox', { name: 'Connection' }).click();
    await page.getByRole('option', { name: /shop/ }).click();
    await run("select n, null as nothing, '' as empty from generate_series(1, 200000) n");
    await page.getByText(/showing first 100,000 rows/).waitFor();
    await shot('result');
    await page.getByRole('grid').press('ControlOrMeta+ArrowDown');
    await page.getByRole('rowheader', { name: '100000', exact: true }).waitFor();
    expect(await page.getByText('NULL').count()).toBeGreaterThan(5);
  });
});
