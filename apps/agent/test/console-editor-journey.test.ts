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

  it('keeps several tabs in order: moves, renames, duplicates and closes them, and takes it back', async () => {
    const titles = () => dana.getByRole('tablist', { name: 'Query tabs' }).getByRole('tab').allTextContents();
    const menu = async (tab: string, item: string) => {
      await dana.getByRole('tab', { name: tab, exact: true }).click({ button: 'right' });
      await dana.getByRole('menuitem', { name: item, exact: true }).click();
    };
    await menu('Query 1', 'Duplicate');
    await dana.getByRole('button', { name: 'New tab' }).click();
    await dana.getByRole('tab', { name: 'Query 2' }).waitFor();
    await dana.getByRole('tab', { name: 'Query 2' }).focus();
    await dana.keyboard.press('ControlOrMeta+Shift+ArrowLeft');
    await expect.poll(titles).toEqual(['Query 1', 'Query 2', 'Query 1 (copy)']);
    await dana
      .getByRole('tab', { name: 'Query 1 (copy)' })
      .dragTo(dana.getByRole('tab', { name: 'Query 1', exact: true }));
    await expect.poll(titles).toEqual(['Query 1 (copy)', 'Query 1', 'Query 2']);
    await dana.getByRole('tab', { name: 'Query 2' }).focus();
    await dana.keyboard.press('Shift+F10');
    await dana.getByRole('menuitem', { name: 'Rename' }).click();
    await dana.getByRole('textbox', { name: 'Name of the tab' }).fill('kept');
    await dana.keyboard.press('Enter');
    await expect.poll(titles).toEqual(['Query 1 (copy)', 'Query 1', 'kept']);
    await menu('kept', 'Close others');
    await expect.poll(titles).toEqual(['kept']);
    await dana.getByRole('button', { name: 'Undo' }).click();
    await expect.poll(async () => (await titles()).sort()).toEqual(['Query 1', 'Query 1 (copy)', 'kept']);
    await menu('kept', 'Close others');
  });

  it('keeps a result pinned while others run, and says what changed between two', async () => {
    const values = (rows: string) => `select * from (values ${rows}) as item (id, name)`;
    await write(dana, values("(1, 'a'), (2, 'b'), (3, 'c')"));
    await dana.keyboard.press('ControlOrMeta+Enter');
    await dana.getByRole('button', { name: 'Pin', exact: true }).click();
    await write(dana, values("(1, 'a'), (2, 'B'), (4, 'd')"));
    await dana.keyboard.press('ControlOrMeta+Enter');
    await dana.getByRole('gridcell', { name: 'B', exact: true }).waitFor();
    await dana.getByRole('tab', { name: /Pinned/ }).click();
    await dana.getByRole('gridcell', { name: 'c', exact: true }).waitFor();
    await dana.getByRole('tab', { name: /SELECT 3/ }).click();
    await dana.getByRole('button', { name: 'Compare…' }).click();
    const dialog = dana.getByRole('dialog');
    await dialog.getByText('1 added, 1 removed, 1 changed, 1 the same').waitFor();
    await picture(dana, 'compare');
    expect(await axeProblems(dana)).toEqual([]);
    await dana.keyboard.press('Escape');
    await dana.getByRole('tab', { name: /Pinned/ }).click();
    await dana.getByRole('button', { name: 'Unpin' }).click();
    await dana.getByRole('tab', { name: /Pinned/ }).waitFor({ state: 'detached' });
  });

  it('follows a foreign key from a row to another table', async () => {
    await write(dana, 'select id, customer_id, status from sales.orders where id = 7');
    await dana.keyboard.press('ControlOrMeta+Enter');
    await dana.getByRole('gridcell', { name: '8', exact: true }).click();
    await dana.keyboard.press('Space');
    const row = dana.getByRole('dialog', { name: 'Row 1 of 1' });
    await row.getByRole('button', { name: /sales\.order_line/ }).waitFor();
    await picture(dana, 'related');
    await row.getByRole('button', { name: /sales\.customer/ }).click();
    const person = dana.getByRole('gridcell', { name: 'person8@example.com' });
    await person.waitFor();
    const trail = dana.getByRole('navigation', { name: 'Followed rows' });
    expect(await trail.getByRole('listitem').allTextContents()).toEqual([
      'sales.orders',
      'sales.customer (id = 8)',
    ]);
    await picture(dana, 'trail');
    expect(await axeProblems(dana)).toEqual([]);
    // On from there by keyboard alone, and all the way back: rows are shown as they were read.
    const ran = await world.recordedDuring(await world.signIn('dana'), async () => {
      await dana.keyboard.press('Space');
      await dana
        .getByRole('dialog', { name: 'Row 1 of 1' })
        .getByRole('button', { name: /sales\.orders/ })
        .press('Enter');
      await dana.getByRole('gridcell', { name: 'shipped' }).first().waitFor();
      await dana.getByRole('grid').press('Alt+ArrowLeft');
      await person.waitFor();
      await dana.getByRole('grid').press('Alt+ArrowLeft');
      await dana.getByRole('gridcell', { name: '7', exact: true }).waitFor();
      await dana.getByRole('grid').press('Alt+ArrowLeft');
      await dana.getByRole('grid').press('Alt+ArrowRight');
      await person.waitFor();
    });
    expect(ran.map((text) => text.trim())).toEqual(['select * from sales.orders where customer_id = $1']);
    expect(await trail.locator('[aria-current]').textContent()).toBe('sales.customer (id = 8)');
    await trail.getByRole('button', { name: 'Open in a tab' }).click();
    await dana.locator('.cm-content').getByText('select * from sales.customer').waitFor();
    await dana.keyboard.press('Alt+w');
    await dana.keyboard.press('ControlOrMeta+Enter');
    await trail.waitFor({ state: 'detached' });
  });

  it('filters in the database, by a statement that it shows', async () => {
    await write(dana, 'select o.id, o.customer_id, o.status from sales.orders o');
    await dana.keyboard.press('ControlOrMeta+Enter');
    // The result before has that column too, and goes when this one comes.
    await dana.locator('[role="grid"][aria-rowcount="5001"]').waitFor();
    await dana.getByRole('button', { name: 'Column status' }).click();
    await dana.getByRole('menuitem', { name: 'Filter in the database…' }).click();
    const dialog = dana.getByRole('dialog', { name: 'Filter in the database' });
    await dialog.getByRole('textbox', { name: 'Value of condition 1' }).fill('paid');
    await dialog.getByRole('button', { name: 'Add a condition' }).click();
    await dialog.getByRole('combobox', { name: 'Column of condition 2' }).selectOption({ label: 'id' });
    await dialog.getByRole('combobox', { name: 'Comparison of condition 2' }).selectOption('at most');
    const id = dialog.getByRole('textbox', { name: 'Value of condition 2' });
    await id.fill('ten');
    await dialog.getByText('`ten` is not a whole number').waitFor();
    expect(await dialog.getByRole('button', { name: 'Run' }).isDisabled()).toBe(true);
    await id.fill('10');
    await dialog.getByRole('combobox', { name: 'Order by' }).selectOption({ label: 'id' });
    await dialog.getByRole('checkbox', { name: 'descending' }).check();
    await dialog.getByText(/WHERE status = :value1\n {2}AND id <= :value2\nORDER BY 1 DESC/).waitFor();
    await picture(dana, 'filter');
    expect(await axeProblems(dana)).toEqual([]);
    await id.press('Enter');
    await dana.locator('[role="grid"][aria-rowcount="5"]').waitFor();
    expect(await dana.getByRole('gridcell').first().textContent()).toBe('10');
    await dana.getByRole('button', { name: 'Edit rows' }).waitFor();
    await until(() =>
      world
        .received('statement.decided')
        .some(({ statement }) => /WHERE status = \$1 +\n {2}AND id <= \$2/.test(statement?.text ?? '')),
    );
    await picture(dana, 'filtered');
    expect(await axeProblems(dana)).toEqual([]);
    await dana.getByRole('button', { name: 'Show all' }).click();
    await dana.locator('[role="grid"][aria-rowcount="5001"]').waitFor();
  });

  it('completes snippets by their name, and lists the connection used last first', async () => {
    await write(dana, '');
    await dana.keyboard.type('dup');
    await dana.getByRole('option', { name: /dup.*twice/ }).waitFor();
    // The list takes no key in its first moment, so that a word typed fast is not replaced.
    await dana.waitForTimeout(150);
    await dana.keyboard.press('Enter');
    await dana.keyboard.type('status');
    await dana.keyboard.press('Escape');
    expect(await dana.locator('.cm-content').innerText()).toContain('select status, count(*)');
    await choose(dana, /live/);
    await dana.getByRole('combobox', { name: 'Connection' }).click();
    const list = dana.getByRole('listbox', { name: 'Connections' });
    const listed = await list.getByRole('option').allTextContents();
    expect(listed.map((text) => /shop|live/.exec(text)?.[0])).toEqual(['live', 'shop']);
    await dana.keyboard.press('Escape');
    await dana.keyboard.press('F1');
    await dana.getByRole('dialog').getByText('the database never saw the statement').waitFor();
    expect(await axeProblems(dana)).toEqual([]);
    await dana.keyboard.press('Escape');
  });

  it('had no error in any page', () => {
    // The request that the first journey cut off is told by the browser itself.
    expect(problems.flat().filter((text) => !text.includes('ERR_FAILED'))).toEqual([]);
  });
});
