import { createDatabase, testServer, uniqueName } from '@postern/infra/test-server';
import type { Browser as Chromium, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { axeProblems, CHROMIUM, launch, openConsole } from './console-page.js';
import { asSuperuser, connection, rule, until, World } from './fixture.js';
import { SHOP } from './shop-schema.js';

/** Pictures for docs/images are made by running this with POSTERN_PICTURES set to a folder. */
const PICTURES = process.env.POSTERN_PICTURES;

describe.skipIf(!CHROMIUM)('the editor in a real browser', () => {
  let world: World;
  let chromium: Chromium;
  let dana: Page;
  const problems: string[][] = [];

  const open = async (person: string) => {
    const opened = await openConsole(chromium, world, person, { width: 1_280, height: 800 });
    problems.push(opened.problems);
    await opened.page.locator('.cm-content').waitFor();
    return opened.page;
  };
  const picture = async (page: Page, name: string) => {
    if (PICTURES === undefined) return;
    await page.waitForTimeout(300);
    await page.screenshot({ path: `${PICTURES}/console-${name}.png` });
  };
  const choose = async (page: Page, name: RegExp) => {
    await page.getByRole('combobox', { name: 'Connection' }).click();
    await page.getByRole('option', { name }).click();
  };
  const write = async (page: Page, sql: string) => {
    await page.locator('.cm-content').focus();
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.insertText(sql);
  };

  beforeAll(async () => {
    const url = await createDatabase(await testServer(), uniqueName('editor'));
    await asSuperuser(url, SHOP);
    world = await World.create({ shop: url, live: url });
    await world.publish([rule('*', ['*'], 'group:dba'), rule('shop', ['read'], 'user:alex@acme.example')], {
      connections: [connection('shop'), connection('live', { label: 'Production' })],
    });
    await world.start();
    await until(() => world.agent.policy.state === 'ok');
    chromium = await launch();
    dana = await open('dana');
    await choose(dana, /shop/);
  }, 180_000);
  afterAll(async () => {
    await chromium?.close();
    await world?.stop();
  });

  it('underlines what one may not do while the agent is not asked, and lets the agent say what is allowed', async () => {
    const alex = await open('alex');
    await alex.route('**/api/check', (route) => route.abort());
    await write(alex, 'select 1;\ndelete from sales.orders');
    await alex.locator('.cm-problem-permission').getByText('orders').waitFor();
    await alex.getByText('you do not hold write').waitFor();
    await picture(alex, 'foreseen');
    await write(alex, 'select sales.discount(10)');
    await alex.getByText('to be confirmed').waitFor();
    expect(await alex.locator('.cm-problem-permission').count()).toBe(0);
    await alex.unroute('**/api/check');
    await write(alex, 'select sales.discount(20)');
    await alex.getByText('to be confirmed').waitFor({ state: 'detached' });
    expect(await alex.getByText(/you do not hold/).count()).toBe(0);
    await alex.context().close();
  });

  it('asks what placeholders stand for, binds the values and remembers them', async () => {
    await write(dana, 'select :name::text as said, :nothing::int is null as is_null');
    await dana.keyboard.press('ControlOrMeta+Enter');
    const form = dana.getByRole('dialog', { name: 'Parameters' });
    await form.getByRole('textbox', { name: ':name' }).fill("it's'; select 1");
    await form.getByRole('checkbox', { name: 'NULL for nothing' }).check();
    await picture(dana, 'parameters');
    expect(await axeProblems(dana)).toEqual([]);
    await form.getByRole('textbox', { name: ':name' }).press('Enter');
    await dana.getByRole('gridcell', { name: "it's'; select 1" }).waitFor();
    await dana.getByRole('gridcell', { name: 't', exact: true }).waitFor();
    await dana.locator('.cm-content').focus();
    await dana.keyboard.press('ControlOrMeta+Enter');
    expect(await form.getByRole('textbox', { name: ':name' }).inputValue()).toBe("it's'; select 1");
    expect(await form.getByRole('checkbox', { name: 'NULL for nothing' }).isChecked()).toBe(true);
    await dana.keyboard.press('Escape');
  });

  it('had no error in any page', () => {
    // The request that the first journey cut off is told by the browser itself.
    expect(problems.flat().filter((text) => !text.includes('ERR_FAILED'))).toEqual([]);
  });
});
