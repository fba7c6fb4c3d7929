import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { DEMO_PEOPLE } from '@postern/infra/demo-organisation';
import pg from 'pg';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { axeProblems } from './axe.js';
import { hasBrowser, Visit } from './visit.js';

/** Two people, two browsers: Ada writes a rule, Sam runs statements, Ada finds them. */
describe.skipIf(!hasBrowser)('from a rule to its audit event, in the browser', () => {
  const mark = `journey_${randomBytes(4).toString('hex')}`;
  let visit: Visit;
  let ada: Page;
  let sam: Page;

  beforeAll(async () => {
    visit = await Visit.start();
    ada = await visit.page('ada');
    sam = await visit.page('sam');
  });
  afterAll(() => visit?.stop());

  async function run(sql: string): Promise<void> {
    const editor = sam.getByLabel('SQL editor');
    await editor.click();
    await sam.keyboard.press('ControlOrMeta+a');
    await sam.keyboard.insertText(sql);
    await sam.getByRole('button', { name: 'Run', exact: true }).click();
  }

  it('Sam signs in to the console through the control plane', async () => {
    visit.keepPictures();
    await sam.goto(visit.stack.urls.console);
    await sam.getByRole('link', { name: 'Sign in' }).click();
    await visit.signIn(sam, DEMO_PEOPLE.sam.email);
    await sam.getByRole('button', { name: /^Continue to the SQL console of/ }).click();
    await sam.waitForURL(`${visit.stack.urls.console}/**`);
    await sam.getByLabel('SQL editor').waitFor();
    await sam.getByLabel('Connection', { exact: true }).click();
    await sam.getByRole('option', { name: /Shop, production/ }).click();
  });

  it('a read shows its rows, a write is refused and says what is missing', async () => {
    visit.keepPictures();
    await run(`select count(*) as how_many from reviews /* ${mark} read */`);
    // The name also stands in the editor: only the command tag says that it is done.
    await sam.getByText('SELECT 1', { exact: true }).waitFor();
    await run(`update reviews set stars = 5 where id = 1 /* ${mark} refused */`);
    const refusal = sam.getByRole('alert').filter({ has: sam.getByRole('heading', { name: 'Refused' }) });
    await refusal.waitFor();
    expect(await refusal.innerText()).toMatch(/write/);
    expect(await refusal.innerText()).toContain('Nothing was sent to the database');
    await refusal.getByLabel('What you need it for').fill('a wrong rating');
    await refusal.getByRole('button', { name: 'Ask for write' }).click();
    await refusal.getByText('Asked.').waitFor();
  });

  it('Ada finds the request, makes the rule from it, and sees who gains what before she saves', async () => {
    visit.keepPictures();
    await ada.goto(visit.url('rules'));
    await visit.signIn(ada, DEMO_PEOPLE.ada.email);
    const requests = ada.getByRole('region', { name: 'Requests for access' });
    await requests.getByText('“a wrong rating”').waitFor();
    expect(await axeProblems(ada)).toEqual([]);
    await requests.getByRole('button', { name: 'Make a rule…' }).click();
    const panel = ada.getByRole('dialog');
    await panel
      .getByText(/Sam Lind/)
      .last()
      .waitFor();
    await panel.getByRole('button', { name: 'Save rule' }).click();
    await panel.waitFor({ state: 'hidden' });
    await requests.waitFor({ state: 'hidden' });
  });

  it('the same statement now runs', async () => {
    visit.keepPictures();
    const sql = `update reviews set stars = 5 where id = 1 /* ${mark} granted */`;
    // The rule is enforced within a second of being saved; a person would try again, too.
    await expect
      .poll(
        async () => {
          await run(sql);
          await sam.waitForTimeout(300);
          return sam.getByText('UPDATE 1').first().isVisible();
        },
        { timeout: 20_000, interval: 500 },
      )
      .toBe(true);
  });

  it('Ada finds the refusal and what followed in the audit trail', async () => {
    visit.keepPictures();
    await ada.goto(visit.url('audit'));
    await ada.getByLabel('Search statements, reasons and targets').fill(mark);
    const rows = ada.getByRole('row').filter({ hasText: mark });
    await expect
      .poll(() => rows.filter({ hasText: 'granted' }).count(), { timeout: 15_000 })
      .toBeGreaterThan(0);
    expect(await rows.filter({ hasText: 'refused' }).first().innerText()).toMatch(/Denied/);
    expect(await rows.filter({ hasText: 'read' }).last().innerText()).toMatch(/Allowed/);
    await rows
      .filter({ hasText: `${mark} refused` })
      .first()
      .click();
    await ada.getByRole('dialog').getByText(DEMO_PEOPLE.sam.email).first().waitFor();
    await ada.keyboard.press('Escape');
  });

  it('Ada narrows by what was counted, saves the search, takes it out, and watches what comes', async () => {
    visit.keepPictures();
    const rows = ada.getByRole('row').filter({ hasText: mark });
    const facets = ada.getByRole('navigation', { name: 'Narrow down' });
    await facets.getByRole('button', { name: /^denied/ }).click();
    await expect.poll(() => rows.filter({ hasText: `${mark} read` }).count(), { timeout: 15_000 }).toBe(0);
    expect(await rows.filter({ hasText: 'refused' }).count()).toBeGreaterThan(0);
    expect(new URL(ada.url()).searchParams.get('decision')).toBe('denied');
    await ada.getByRole('button', { name: 'Saved' }).click();
    await ada.getByRole('menuitem', { name: 'Save this search…' }).click();
    await ada.getByLabel('Name').fill(`Refusals ${mark}`);
    await ada.getByRole('button', { name: 'Save', exact: true }).click();
    await ada.getByRole('dialog').waitFor({ state: 'hidden' });
    const downloading = ada.waitForEvent('download');
    await ada.getByRole('button', { name: 'Export' }).click();
    await ada.getByRole('menuitem', { name: /JSON Lines/ }).click();
    const file = readFileSync(await (await downloading).path(), 'utf8');
    expect(
      file
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).decision),
    ).toContain('denied');
    await ada.getByRole('button', { name: 'Clear', exact: true }).click();
    await ada.getByRole('button', { name: 'Saved' }).click();
    await ada.getByRole('menuitem', { name: `Refusals ${mark}` }).click();
    await expect.poll(() => new URL(ada.url()).searchParams.get('text')).toBe(mark);
    await ada.getByRole('button', { name: 'Live', exact: true }).click();
    await run(`drop table reviews /* ${mark} live */`);
    await rows.filter({ hasText: 'live' }).first().waitFor();
  });

  /** A PostgreSQL client of the agent's, and when its session ends. */
  async function connectAsSam(password: string): Promise<{ ended: Promise<void> }> {
    const user = DEMO_PEOPLE.sam.email;
    const ssl = { rejectUnauthorized: false };
    const client = new pg.Client({ ...visit.stack.wire, database: 'production', user, password, ssl });
    client.on('error', () => undefined);
    const ended = new Promise<void>((resolve) => client.once('end', () => resolve()));
    await client.connect();
    const { rows } = await client.query('select count(*)::int > 0 as some from reviews where id > $1', [0]);
    expect(rows).toEqual([{ some: true }]);
    await expect(client.query(`create table ${mark} (a int)`)).rejects.toMatchObject({ code: '42501' });
    return { ended };
  }

  it('Sam makes a database password, sees it once, works with it, and revokes it', async () => {
    visit.keepPictures();
    await sam.goto(visit.url('database-access'));
    await sam.getByRole('button', { name: 'Make the password for Production' }).click();
    const dialog = sam.getByRole('dialog');
    await dialog.getByLabel('Works for').selectOption('1 hour');
    await dialog.getByRole('button', { name: 'Make password' }).click();
    const shown = (label: string) => dialog.getByRole('region', { name: label, exact: true }).innerText();
    await dialog.getByText('It is shown only now').waitFor();
    const password = (await shown('Password')).trim();
    expect(password).toMatch(/^pdb_[\w-]{32}$/);
    await dialog.getByLabel('Connection').selectOption('Shop, production');
    const { host, port } = visit.stack.wire;
    expect(await shown('psql command')).toContain(`dbname=production user=${DEMO_PEOPLE.sam.email}`);
    expect(await shown('psql command')).toContain(`host=${host} port=${port}`);
    expect(await shown('URL')).toContain(`:${password}@${host}:${port}/production`);
    await dialog.getByRole('button', { name: 'Done' }).click();
    await dialog.waitFor({ state: 'hidden' });
    expect(await sam.content()).not.toContain(password);
    await sam.getByText(/^Expires in/).waitFor();
    await sam
      .getByTestId('publication-toast')
      .getByText(/enforced on 1\/1/)
      .waitFor();
    const psql = await connectAsSam(password);
    await sam.getByRole('button', { name: 'Revoke the password for Production' }).click();
    await sam.getByRole('dialog').getByRole('button', { name: 'Revoke password' }).click();
    await sam.getByRole('button', { name: 'Make the password for Production' }).waitFor();
    expect(await sam.getByText(/^Expires in/).count()).toBe(0);
    await psql.ended;
    await expect(connectAsSam(password)).rejects.toMatchObject({ code: '28P01' });
  });

  it('Ada switches guard roles on, Dana approves their plan, and Sam’s session is one until Ada switches them off', async () => {
    visit.keepPictures();
    await ada.goto(visit.url('connections/production/roles?tab=guards'));
    await ada.getByRole('button', { name: 'Switch on', exact: true }).click();
    await ada.getByRole('button', { name: 'Switch on and plan' }).click();
    const link = ada.getByRole('link', { name: 'Look at the plan' });
    const plan = await link.getAttribute('href');
    expect(await axeProblems(ada)).toEqual([]);
    const dana = await visit.page('dana');
    await dana.goto(`${visit.stack.urls.web}${plan}`);
    await visit.signIn(dana, DEMO_PEOPLE.dana.email);
    await dana.getByText('from IAM rules').first().waitFor();
    await dana.getByRole('button', { name: 'Approve and apply' }).click();
    await dana.getByRole('dialog').getByRole('button', { name: 'Approve and apply' }).click();
    await ada.getByText('In force: sessions log in as guard roles').waitFor();
    await sam.goto(visit.stack.urls.console);
    await sam.getByLabel('SQL editor').waitFor();
    // Told by the control plane, and soon by the agent.
    const asGuard = async () => {
      await run(`select current_user /* ${mark} guard */`);
      await sam.getByText('SELECT 1', { exact: true }).waitFor();
      return sam.getByText(/^postern_production_read/).count();
    };
    await expect.poll(asGuard, { timeout: 20_000 }).toBeGreaterThan(0);
    await ada.getByRole('button', { name: 'Switch off' }).click();
    await ada.getByRole('dialog').getByRole('button', { name: 'Switch off' }).click();
    await ada.getByText('Off: sessions use the agent’s own login').waitFor();
  });

  it('no page threw an error', () => {
    expect(visit.problems).toEqual([]);
  });
});
