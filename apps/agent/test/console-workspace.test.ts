import { createDatabase, testServer, uniqueName } from '@postern/infra/test-server';
import type { Browser as Chromium, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { axeProblems, CHROMIUM, launch, openConsole } from './console-page.js';
import { asSuperuser, rule, until, World } from './fixture.js';
import { SHOP } from './shop-schema.js';

/** Pictures for docs/images are made by running this with POSTERN_PICTURES set to a folder. */
const PICTURES = process.env.POSTERN_PICTURES;

describe.skipIf(!CHROMIUM)('the workspace in a real browser', () => {
  let world: World;
  let url: string;
  let chromium: Chromium;
  let dana: Page;
  const problems: string[][] = [];

  const picture = async (page: Page, name: string) => {
    if (PICTURES === undefined) return;
    await page.waitForTimeout(300);
    await page.screenshot({ path: `${PICTURES}/console-${name}.png` });
  };
  const open = async (person: string, options?: Parameters<typeof openConsole>[3]) => {
    const opened = await openConsole(chromium, world, person, options);
    problems.push(opened.problems);
    return opened.page;
  };
  const tree = (page: Page) => page.getByRole('tree');
  const search = async (page: Page, text: string) => {
    await page.getByRole('searchbox', { name: 'Search objects' }).fill(text);
    await page.locator(`[data-found="${text}"]`).waitFor();
  };

  beforeAll(async () => {
    url = await createDatabase(await testServer(), uniqueName('workspace'));
    await asSuperuser(url, SHOP);
    world = await World.create({ shop: url });
    await world.publish([
      rule('shop', ['*'], 'group:dba'),
      rule('shop', ['read', 'explain'], 'user:alex@acme.example'),
    ]);
    await world.start();
    await until(() => world.agent.policy.state === 'ok');
    chromium = await launch();
    dana = await open('dana');
  });
  afterAll(async () => {
    await chromium?.close();
    await world?.stop();
  });

  it('finds objects by name and by keyboard, and shows a table', async () => {
    await tree(dana).getByRole('treeitem', { name: /sales/ }).first().click();
    await tree(dana)
      .getByRole('treeitem', { name: /order_line/ })
      .waitFor();
    await picture(dana, 'tree');
    await search(dana, 'sales customer');
    await tree(dana).locator('mark').first().waitFor();
    await dana.getByRole('searchbox', { name: 'Search objects' }).press('ArrowDown');
    await tree(dana).press('ArrowDown');
    await tree(dana).press('Enter');
    await dana.getByRole('heading', { name: 'sales.customer' }).waitFor();
    await dana.getByRole('tab', { name: /Relations/ }).click();
    await dana.getByRole('button', { name: /sales\.orders/ }).waitFor();
    await picture(dana, 'object');
    expect(await axeProblems(dana)).toEqual([]);
    await dana.getByRole('tab', { name: 'Data' }).click();
    await dana.getByRole('region', { name: 'Rows' }).getByText('ada@example.com').waitFor();
    await dana.getByRole('button', { name: 'Filter…' }).click();
    const dialog = dana.getByRole('dialog', { name: 'Filter in the database' });
    await dialog.getByRole('combobox', { name: 'Column of condition 1' }).selectOption({ label: 'name' });
    await dialog.getByRole('textbox', { name: 'Value of condition 1' }).fill('person 19');
    await dana.keyboard.press('Enter');
    await dana.getByRole('region', { name: 'Rows' }).getByText('Person 199').waitFor();
    await dana.getByText('select * from sales.customer WHERE name ILIKE :value1 limit 100').waitFor();
    expect(await axeProblems(dana)).toEqual([]);
    await dana.getByRole('button', { name: 'Open as a query' }).click();
    await dana.locator('[role="grid"][aria-rowcount="12"]').waitFor();
    await dana.keyboard.press('Alt+w');
  });

  it('offers what a person may do with an object and nothing else', async () => {
    const alex = await open('alex');
    await search(alex, 'orders');
    await tree(alex)
      .getByRole('treeitem', { name: /table orders/ })
      .click({ button: 'right' });
    await alex.getByRole('menuitem', { name: 'Open', exact: true }).waitFor();
    await picture(alex, 'menu');
    const items = await alex.getByRole('menuitem').allTextContents();
    expect(items).toContain('Select rows');
    expect(items.filter((item) => /INSERT|UPDATE|DELETE/.test(item))).toEqual([]);
    await alex.keyboard.press('Escape');
    await alex.context().close();
    await search(dana, 'orders');
    await tree(dana)
      .getByRole('treeitem', { name: /table orders/ })
      .first()
      .click({ button: 'right' });
    await dana.getByRole('menuitem', { name: 'UPDATE a row' }).click();
    await dana.locator('.cm-content').getByText('update sales.orders set').waitFor();
  });

  it('shows sessions, what blocks what, and ends one after asking', async () => {
    const sam = await world.signIn('dana');
    await sam.run('shop', 'begin; lock table sales.orders', 'holder');
    const waiting = sam.run('shop', 'select count(*) from sales.orders', 'waiter');
    await dana.getByRole('button', { name: 'Sessions' }).click();
    await dana.getByText(/blocked by/).waitFor();
    await picture(dana, 'sessions');
    expect(await axeProblems(dana)).toEqual([]);
    await dana
      .getByRole('button', { name: /^Terminate session/ })
      .first()
      .click();
    await dana.getByRole('button', { name: 'Terminate', exact: true }).click();
    await dana.getByText(/^Terminated session/).waitFor();
    await waiting;
  });

  it('shows a function, what changes in it, and calls it with typed arguments', async () => {
    await search(dana, 'discount');
    await tree(dana)
      .getByRole('treeitem', { name: /function discount/ })
      .dblclick();
    await dana.getByRole('tab', { name: 'Definition' }).click();
    const content = dana.locator('.cm-content[aria-label="Definition of discount"]');
    await content.click();
    await dana.keyboard.press('Control+End');
    await dana.keyboard.type('-- reviewed');
    await picture(dana, 'function');
    await dana.getByRole('tab', { name: 'Call' }).click();
    await dana.getByRole('textbox', { name: 'total numeric' }).fill('12,5');
    await dana.getByText('Takes a number').waitFor();
    expect(await dana.getByRole('button', { name: 'Call in a tab' }).isDisabled()).toBe(true);
    await dana.getByRole('textbox', { name: 'total numeric' }).fill('12.50');
    expect(await axeProblems(dana)).toEqual([]);
    await dana.getByRole('button', { name: 'Call in a tab' }).click();
    await dana.getByText('11.250').first().waitFor();
  });

  it('says what a refusal is about, who can grant it, and asks them', async () => {
    const alex = await open('alex');
    await alex.locator('.cm-content').click();
    await alex.keyboard.type('delete from sales.orders where id = 1');
    await alex.keyboard.press('Control+Enter');
    await alex.getByRole('heading', { name: 'Refused' }).waitFor();
    await alex.getByText('Ada Owner can grant it.').waitFor();
    await alex.getByRole('textbox', { name: 'What you need it for' }).fill('a refund');
    await picture(alex, 'refusal');
    expect(await axeProblems(alex)).toEqual([]);
    await alex.getByRole('button', { name: 'Ask for write' }).click();
    await alex.getByText(/^Asked\./).waitFor();
    expect(world.plane.accessRequests).toMatchObject([
      { connection: 'shop', permissions: ['write'], reason: 'a refund' },
    ]);
    await alex.context().close();
  });

  it('completes tables and the condition of a join, and formats', async () => {
    const page = await open('alex');
    await page.getByRole('treeitem', { name: /sales/ }).first().waitFor();
    await page.locator('.cm-content').click();
    await page.keyboard.type('select * from sales.orders o join sales.customer c on ');
    await page.keyboard.press('Control+Space');
    await page.locator('.cm-tooltip-autocomplete').getByText('c.id = o.customer_id').waitFor();
    await picture(page, 'editor');
    // The editor gives no key to a list that has only just appeared.
    await page.waitForTimeout(300);
    await page.keyboard.press('Enter');
    await page.keyboard.press('Shift+Alt+F');
    await page
      .locator('.cm-line', { hasText: /^\s+JOIN|^\s+join/ })
      .first()
      .waitFor();
    await page.getByRole('button', { name: 'Explain' }).click();
    await page.getByText('Hash Join').waitFor();
    await page.getByRole('button', { name: 'Analyze…' }).click();
    await page.getByRole('button', { name: 'Run and measure' }).click();
    await page.getByText('Newest plan', { exact: true }).waitFor();
    await picture(page, 'explain');
    expect(await axeProblems(page)).toEqual([]);
    await page.context().close();
  });

  it('says what a function takes while its arguments are written', async () => {
    const page = await open('alex');
    await page.getByRole('treeitem', { name: /sales/ }).first().waitFor();
    await page.locator('.cm-content').click();
    await page.keyboard.type('select sales.discount(12.5, ');
    const help = page.getByRole('tooltip').filter({ hasText: 'discount(' });
    await help.getByText('What is left of a total after a discount.').waitFor();
    expect(await help.locator('strong').textContent()).toBe('percent numeric DEFAULT 10');
    await picture(page, 'signature');
    expect(await axeProblems(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await help.waitFor({ state: 'detached' });
    await page.keyboard.type('5');
    expect(await help.count()).toBe(0);
    await page.keyboard.type('), lower(');
    await page.getByRole('tooltip').getByText('lowercase', { exact: true }).waitFor();
    await page.context().close();
  });

  it('has in one browser the history of another, and without the control plane its own', async () => {
    const other = await world.signIn('alex');
    await other.run('shop', 'select id from sales.orders where id = 41');
    const { auditId } = await other.run('shop', 'update sales.orders set id = 42');
    await world.event(auditId);
    const page = await open('alex');
    await page.locator('.cm-content').click();
    await page.keyboard.type('select 43 as here');
    await page.keyboard.press('Control+Enter');
    await page.getByText('1 row', { exact: true }).first().waitFor();
    await page.getByRole('button', { name: 'History' }).click();
    const history = page.getByRole('complementary', { name: 'History' });
    await history.getByText(/^Refused: the statement is an UPDATE/).waitFor();
    await picture(page, 'history');
    expect(await axeProblems(page)).toEqual([]);
    await history.getByRole('searchbox').fill('id = 41');
    await page.keyboard.press('Tab');
    await history.getByText('select 43 as here').waitFor({ state: 'detached' });
    await history.getByRole('button', { name: /id = 41/ }).press('Enter');
    await page.locator('.cm-content').getByText('where id = 41').waitFor();
    await world.plane.down();
    await history.getByRole('searchbox').fill('43');
    await history.getByText('Only what this browser ran.', { exact: false }).waitFor();
    await history.getByRole('button', { name: /select 43 as here/ }).waitFor();
    expect(await history.getByRole('listitem').count()).toBe(1);
    await world.plane.up();
    await page.context().close();
  });

  it('opens what an address names', async () => {
    const page = await open('alex', { path: '/c/shop/view/sales/revenue' });
    await page.getByRole('heading', { name: 'sales.revenue' }).waitFor();
    await page.context().close();
  });

  it('had no error in any page, and asked nobody else for anything', () => {
    // While the control plane was away, browsers say by themselves that what it keeps was not there.
    expect(problems.flat().filter((text) => !text.includes('status of 503'))).toEqual([]);
  });
});
