import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createDatabase, testServer, uniqueName } from '@postern/infra/test-server';
import type { Browser as Chromium, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHROMIUM, launch, openConsole } from './console-page.js';
import { asSuperuser, connection, rule, until, World } from './fixture.js';
import { CutProxy } from './roles-faults.js';

const RULES = [rule('shop', ['*'], 'group:dba')];
const CONNECTIONS = { connections: [connection('shop', { label: 'Test', rowCap: 1_000_000 })] };
/** In the target list rows come one by one; in FROM the server would write them all to a file first. */
const FLOOD = "select generate_series(1, 20000000) as n, repeat('x', 200) as text";

describe.skipIf(!CHROMIUM)('what goes wrong, in a real browser', () => {
  let world: World;
  let url: string;
  let proxy: CutProxy;
  let chromium: Chromium;
  let page: Page;

  beforeAll(async () => {
    url = await createDatabase(await testServer(), uniqueName('faults'));
    await asSuperuser(
      url,
      "create table item (id int primary key, name text); insert into item select n, 'item ' || n from generate_series(1, 20) n",
    );
    proxy = new CutProxy(Number(new URL(url).port));
    const through = new URL(url);
    through.hostname = '127.0.0.1';
    through.port = String(await proxy.listen());
    world = await World.create({ shop: through.href });
    // Longer than the night that passes below.
    await world.publish(RULES, { ...CONNECTIONS, leaseSeconds: 1_000_000 });
    await world.start();
    await until(() => world.agent.policy.state === 'ok');
    await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve));
    const { port } = web.address() as AddressInfo;
    chromium = await launch([`--host-resolver-rules=MAP web.example 127.0.0.1:${port}`]);
    ({ page } = await openConsole(chromium, world, 'dana'));
    await page.locator('.cm-content').waitFor();
  }, 180_000);
  afterAll(async () => {
    await chromium?.close();
    await world?.stop();
    proxy?.close();
    web.close();
  });

  const write = async (sql: string) => {
    await page.locator('.cm-content').focus();
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.insertText(sql);
  };
  const run = async (sql: string) => {
    await write(sql);
    await page.keyboard.press('ControlOrMeta+Enter');
  };
  const text = () => page.locator('.cm-content').textContent();
  const isRunning = (sql: string) =>
    until(
      async () =>
        (
          await asSuperuser(
            url,
            `select 1 from pg_stat_activity where query like '${sql.slice(0, 20)}%' and state = 'active' and pid <> pg_backend_pid()`,
          )
        ).length > 0,
    );
  const stage = async () => {
    await run('select id, name from item order by id');
    await page.getByText('20 rows').waitFor();
    await page.getByRole('button', { name: 'Edit rows' }).click();
    await page.getByRole('gridcell', { name: 'item 2', exact: true }).dblclick();
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.type('kept');
    await page.keyboard.press('Enter');
    await page.getByText('1 row staged').waitFor();
  };
  /** The control plane's page, where the person is already known. */
  const web = createServer((request, response) => {
    const { code, state, redirectUri } = world.plane.authorize(`http://web.example${request.url}`, 'dana');
    const location = `${redirectUri}?code=${code}&state=${encodeURIComponent(state)}`;
    response.writeHead(302, { location }).end();
  });
  const signInAgain = async () => {
    const ended = page.getByRole('alertdialog', { name: 'Your session ended' });
    await ended.getByRole('link', { name: 'Sign in' }).click();
    await ended.waitFor({ state: 'detached' });
  };

  it('says that the database went while a statement ran, and runs it again once it is back', async () => {
    await run('select pg_sleep(20), 1 as one');
    await isRunning('select pg_sleep(20), 1');
    proxy.cut();
    await page.getByRole('heading', { name: 'The database connection was lost' }).waitFor();
    expect(await text()).toContain('pg_sleep(20)');
    await write('select 2 as two');
    await page.getByRole('button', { name: 'Run it again' }).click();
    await isRunning('select pg_sleep(20), 1');
    await page.keyboard.press('ControlOrMeta+.');
    await page.getByRole('heading', { name: 'Cancelled' }).waitFor();
    expect(await text()).toContain('select 2 as two');
  });

  it('shows first what failed, with what ran before it, and lets that be closed', async () => {
    await write('select 1 as one; select 2 as two; select nonsense');
    await page.keyboard.press('ControlOrMeta+Shift+Enter');
    await page.getByRole('heading', { name: 'Statement 3 failed' }).waitFor();
    await page.getByRole('tab', { name: /^1 ?SELECT 1/ }).focus();
    await page.getByRole('gridcell', { name: '1', exact: true }).waitFor();
    await page.keyboard.press('Delete');
    await page.getByRole('tab', { name: /^1 ?SELECT 1/ }).waitFor({ state: 'detached' });
    await page.getByRole('tab', { name: /^2 ?SELECT 1/ }).waitFor();
  });

  it('offers another try, too, where the server ended the session by itself', async () => {
    await run('select pg_sleep(21)');
    await isRunning('select pg_sleep(21)');
    await asSuperuser(
      url,
      "select pg_terminate_backend(pid) from pg_stat_activity where query = 'select pg_sleep(21)'",
    );
    await page.getByText(/terminating connection/).waitFor();
    await page.getByRole('button', { name: 'Run it again' }).waitFor();
  });

  it('keeps staged changes while other tabs are in front, and asks before another run takes their place', async () => {
    await stage();
    await page.keyboard.press('Alt+n');
    await page.getByRole('tab', { name: 'Query 2' }).waitFor();
    await page.keyboard.press('Alt+1');
    await page.getByText('1 row staged').waitFor();
    await page.getByRole('gridcell', { name: 'kept', exact: true }).waitFor();
    await run('select 1');
    await page.getByRole('dialog', { name: 'Discard what is staged?' }).waitFor();
    await page.getByRole('button', { name: 'Keep it' }).click();
    await page.keyboard.press('Alt+w');
    await page.getByRole('dialog', { name: 'Close Query 1?' }).waitFor();
    await page.getByRole('button', { name: 'Keep it' }).click();
    await page.getByText('1 row staged').waitFor();
  });

  it('loses nothing typed or staged when the session ends: signs in beside it and goes on', async () => {
    await write('select 3 as typed_before');
    await page.getByRole('button', { name: 'Review' }).click();
    world.clock.advance(8 * 3_600_000);
    await page.getByRole('button', { name: 'Apply', exact: true }).click();
    await page.getByRole('alertdialog', { name: 'Your session ended' }).waitFor();
    // The control plane's clock is another: its tokens are of now.
    world.clock.advance(-8 * 3_600_000);
    await signInAgain();
    expect(await text()).toContain('typed_before');
    await page.getByText('1 row staged').waitFor();
    await page.getByRole('button', { name: 'Review' }).click();
    await page.getByRole('button', { name: 'Apply', exact: true }).click();
    await page.getByText('Changed one row').waitFor();
    expect(await asSuperuser(url, 'select name from item where id = 2')).toEqual([['kept']]);
  });

  it('says that the agent does not answer, and goes on when it is back', async () => {
    await run('select pg_sleep(22)');
    await isRunning('select pg_sleep(22)');
    await world.stopAgent();
    await page
      .getByText(/agent (stops|was lost|does not answer)/)
      .first()
      .waitFor();
    await write('select 4 as typed_meanwhile');
    await world.start();
    await until(() => world.agent.policy.state === 'ok');
    await signInAgain();
    await page.locator('.cm-content').focus();
    await page.keyboard.press('ControlOrMeta+Shift+Enter');
    await page.getByRole('gridcell', { name: '4', exact: true }).waitFor();
  }, 60_000);

  it('stops a result when the access to it goes, says why, and leaves the rows that had come', async () => {
    await run(FLOOD);
    await page.getByText(/rows so far/).waitFor();
    await world.publish([rule('shop', ['write'], 'group:dba')], CONNECTIONS);
    await page.getByText(/your access changed while this ran/i).waitFor();
    await page.getByRole('tab', { name: /SELECT/ }).click();
    await page.getByText(/then it was stopped/).waitFor();
    await page.getByRole('rowheader', { name: '1', exact: true }).waitFor();
    await world.publish(RULES, CONNECTIONS);
  });

  it('shows a cell of 20 MB, 1,600 columns, and names that occur twice', async () => {
    await run("select repeat('x', 20 * 1024 * 1024) as large, 1 as twice, 2 as twice");
    await page.getByText('1 row', { exact: true }).waitFor();
    expect(await page.getByRole('columnheader', { name: /^twice/ }).count()).toBe(2);
    await page.getByRole('grid').focus();
    await page.keyboard.press('Enter');
    await page.getByText(/20,971,520 characters/).waitFor();
    await page.keyboard.press('Escape');
    await run(`select ${Array.from({ length: 1_600 }, (_, index) => `${index} as c${index}`).join(', ')}`);
    await page.getByRole('columnheader', { name: /^c0 / }).waitFor();
    await page.getByRole('grid').focus();
    await page.keyboard.press('End');
    await page.getByRole('gridcell', { name: '1599', exact: true }).waitFor();
    expect(await page.getByRole('columnheader').count()).toBeLessThan(60);
  });

  it('cancels an export, and says so', async () => {
    await run(FLOOD);
    await page.getByText(/there are more/).waitFor();
    await page.getByRole('button', { name: 'Export' }).click();
    await page.getByRole('menuitem', { name: 'CSV' }).click();
    await page.getByText(/exporting, [1-9]/).waitFor();
    await page.getByRole('status').getByRole('button', { name: 'Cancel' }).click();
    await page.getByText('the export was cancelled').waitFor();
    await run('select 5 as after');
    await page.getByRole('gridcell', { name: '5', exact: true }).waitFor();
  });
});
