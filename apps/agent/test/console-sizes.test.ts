import { createDatabase, testServer, uniqueName } from '@postern/infra/test-server';
import type { Browser as Chromium, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { axeProblems, CHROMIUM, launch, openConsole } from './console-page.js';
import { asSuperuser, connection, rule, until, World } from './fixture.js';
import { SHOP } from './shop-schema.js';

/** `820x1180,3840x2160`: more than the tablet takes a minute each. */
const SIZES = (process.env.POSTERN_SIZES ?? '820x1180').split(',');
/** Where pictures of every page go, in both themes. */
const PICTURES = process.env.POSTERN_PICTURES;

describe.skipIf(!CHROMIUM)('every page of the console fits', () => {
  let world: World;
  let chromium: Chromium;
  let page: Page;
  let size = '';
  const problems: string[] = [];

  beforeAll(async () => {
    const url = await createDatabase(await testServer(), uniqueName('sizes'));
    await asSuperuser(url, SHOP);
    world = await World.create({ shop: url, live: url });
    await world.publish(
      [rule('*', ['*'], 'group:dba'), rule('shop', ['read', 'explain'], 'user:alex@acme.example')],
      { connections: [connection('shop', { label: 'Test' }), connection('live')] },
    );
    await world.start();
    await until(() => world.agent.policy.state === 'ok');
    chromium = await launch();
  }, 180_000);
  afterAll(async () => {
    await chromium?.close();
    await world?.stop();
  });

  /** Buttons and fields that nobody could reach; what scrolls has them within. */
  const outOfSight = () =>
    page.locator('button, input, select, h2').evaluateAll((elements, width) => {
      const scrolled = '[role=grid], [role=tablist], .cm-editor, section[tabindex]';
      return elements
        .filter((element) => element.closest(scrolled) === null)
        .map((element) => ({ name: element.textContent, box: element.getBoundingClientRect() }))
        .filter(({ box }) => box.width > 0 && (box.left < -1 || box.right > width + 1))
        .map(({ name }) => name);
    }, page.viewportSize()?.width ?? 0);
  const look = async (name: string) => {
    await page.mouse.move(0, 0);
    for (const text of await outOfSight()) problems.push(`${name} ${size}: out of sight: ${text}`);
    for (const text of await axeProblems(page)) problems.push(`${name} ${size}: ${text}`);
    if (PICTURES === undefined) return;
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.screenshot({ path: `${PICTURES}/${size}-${name}-${colorScheme}.png` });
    }
    await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'no-preference' });
  };
  const run = async (sql: string) => {
    await page.locator('.cm-content').focus();
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.insertText(sql);
    await page.keyboard.press('Escape');
    await page.keyboard.press('ControlOrMeta+Shift+Enter');
  };
  const visit = async (person: string, path: string) => {
    const [width = 0, height = 0] = size.split('x').map(Number);
    ({ page } = await openConsole(chromium, world, person, { width, height, path }));
  };

  it.each(SIZES)(
    'at %s',
    async (of) => {
      size = of;
      await visit('dana', '/c/shop');
      await run(
        'select o.*, c.* from sales.orders o join sales.customer c on c.id = o.customer_id limit 500',
      );
      await page.getByText('500 rows').waitFor();
      await look('result');
      await page.getByRole('combobox', { name: 'Connection' }).click();
      await look('connections');
      await page.keyboard.press('Escape');
      await run('select * from sales.product order by id');
      await page.getByRole('button', { name: 'Edit rows' }).click();
      await page.getByRole('button', { name: 'Add row' }).click();
      await page.getByText('1 row staged').waitFor();
      await look('edit');
      await page.getByRole('button', { name: 'Discard' }).click();
      await page.getByRole('button', { name: 'Account' }).click();
      await look('account');
      await page.keyboard.press('Escape');
      await page.keyboard.press('Alt+e');
      await page.getByRole('region', { name: 'Plan', exact: true }).waitFor();
      await look('explain');
      await page.keyboard.press('Alt+p');
      await page.getByRole('columnheader', { name: 'Process' }).waitFor();
      await look('sessions');
      await page.context().close();
      for (const [name, path, tab] of [
        ['table', '/c/shop/table/sales/orders', 'Relations'],
        ['access', '/c/shop/table/sales/orders', 'Access'],
        [
          'function',
          '/c/shop/function/sales/discount?of=total%20numeric%2C%20percent%20numeric',
          'Definition',
        ],
      ] as const) {
        await visit('dana', path);
        await page.getByRole('tab', { name: tab }).click();
        if (name === 'function') await page.locator('.cm-content').waitFor();
        await look(name);
        await page.context().close();
      }
      await visit('alex', '/c/shop');
      await run('delete from sales.orders where id = 1;\nselect pg_terminate_backend(1)');
      await page.getByText(/can grant it/).waitFor();
      await look('refusal');
      await page.keyboard.press('Alt+s');
      await look('saved');
      await page.context().close();
      expect(problems).toEqual([]);
    },
    240_000,
  );
});
