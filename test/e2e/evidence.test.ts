import { readFileSync } from 'node:fs';
import { DEMO_PEOPLE } from '@postern/infra/demo-organisation';
import pg from 'pg';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { axeProblems } from './axe.js';
import { artifact, hasBrowser, Visit } from './visit.js';

/** Ada does what an audit asks of her: reviews access, schedules a report, proves the trail, finds who changed it. */
describe.skipIf(!hasBrowser)('evidence, in the browser', () => {
  let visit: Visit;
  let ada: Page;

  const go = (path: string) => ada.goto(visit.url(path));
  const button = (name: string | RegExp) => ada.getByRole('button', { name });

  beforeAll(async () => {
    visit = await Visit.start();
    ada = await visit.page('ada', { reducedMotion: 'reduce' });
  });
  afterAll(() => visit?.stop());

  it('starts an access review and decides with the keyboard', async () => {
    visit.keepPictures();
    await go('access-reviews');
    await visit.signIn(ada, DEMO_PEOPLE.ada.email);
    await ada.getByRole('heading', { name: 'No access review yet' }).waitFor();
    await ada.keyboard.press('c');
    await ada.getByLabel('Name').fill('Fourth quarter');
    await button('Add people').click();
    for (const { name } of [DEMO_PEOPLE.ada, DEMO_PEOPLE.dana])
      await ada.getByRole('option', { name: new RegExp(name) }).click();
    await ada.keyboard.press('Escape');
    expect(await axeProblems(ada)).toEqual([]);
    await button('Start review').click();

    await ada.getByRole('heading', { level: 1, name: 'Fourth quarter' }).waitFor();
    const waiting = ada.getByRole('table', { name: 'Waiting for a decision' });
    await waiting.getByText('never', { exact: true }).first().waitFor();
    expect(await axeProblems(ada)).toEqual([]);
    const count = await waiting.getByRole('checkbox').count();
    expect(count).toBeGreaterThan(1);
    await ada.keyboard.press('j');
    await ada.keyboard.press('a');
    await ada.getByText(/ certified$/).waitFor();
    await expect.poll(() => waiting.getByRole('checkbox').count()).toBe(count - 1);
    await button('Undo').click();
    await expect.poll(() => waiting.getByRole('checkbox').count()).toBe(count);

    await ada.keyboard.press('j');
    await ada.keyboard.press('x');
    const asked = ada.getByRole('dialog');
    await asked.getByLabel('Reason').fill('moved to another team');
    await asked.getByRole('button', { name: 'Revoke' }).click();
    await asked.waitFor({ state: 'hidden' });
    await button('Decided (1)').click();
    await ada.getByText('“moved to another team”').waitFor();
    expect(await axeProblems(ada)).toEqual([]);
  });

  it('asks for a report, sees it done and downloads it as PDF', async () => {
    visit.keepPictures();
    await go('reports');
    await ada.getByRole('heading', { name: 'No report yet' }).waitFor();
    expect(await axeProblems(ada)).toEqual([]);
    await button('Make Who can do what').click();
    await ada.getByRole('dialog').getByRole('button', { name: 'Make report' }).click();
    const panel = ada.getByRole('dialog', { name: 'Who can do what' });
    await panel.getByText('Done', { exact: true }).waitFor();
    const [download] = await Promise.all([
      ada.waitForEvent('download'),
      panel.getByRole('button', { name: 'PDF' }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/^postern-who-can-what-.*\.pdf$/);
    const file = artifact('who-can-what.pdf');
    await download.saveAs(file);
    expect(readFileSync(file).subarray(0, 5).toString()).toBe('%PDF-');
    await ada.keyboard.press('Escape');
    await panel.waitFor({ state: 'hidden' });
    await ada.getByRole('row').filter({ hasText: 'Who can do what' }).waitFor();
  });

  it('makes a webhook, whose secret is shown once, and a schedule that goes to it', async () => {
    visit.keepPictures();
    await go('integrations');
    await button('New integration').click();
    await ada.getByLabel('Name').fill('Auditors');
    await ada.getByLabel('Address').fill('https://hooks.invalid/postern');
    await ada.getByRole('checkbox', { name: /Reports that are ready/ }).check();
    expect(await axeProblems(ada)).toEqual([]);
    await button('Create integration').click();
    const secret = await ada.getByLabel('Signing secret', { exact: true }).innerText();
    expect(secret).toMatch(/^whsec_/);
    await button('Done').click();
    await button('Auditors').click();
    await button('Send a test').click();
    await ada.getByText('The test message did not arrive').waitFor();
    expect(await ada.content()).not.toContain(secret.trim());
    expect(await axeProblems(ada)).toEqual([]);

    await go('reports');
    await button('New schedule').click();
    await ada.getByLabel('Name').fill('Monthly for the auditors');
    await ada.getByRole('checkbox', { name: 'Auditors' }).check();
    expect(await axeProblems(ada)).toEqual([]);
    await button('Create schedule').click();
    const row = ada.getByRole('row').filter({ hasText: 'Monthly for the auditors' });
    await row.getByText(/On day 1 of each month/).waitFor();
    await row.getByRole('button', { name: /^Actions/ }).click();
    await ada.getByRole('menuitem', { name: 'Pause' }).click();
    await row.getByText('Paused').waitFor();
    await row.getByRole('button', { name: /^Actions/ }).click();
    await ada.getByRole('menuitem', { name: 'Make and send now' }).click();
    const panel = ada.getByRole('dialog');
    await panel.getByText('Done', { exact: true }).waitFor();
    await panel.getByRole('button', { name: 'Read here' }).click();
    await ada.getByRole('heading', { name: 'Signature' }).waitFor();
    expect(await axeProblems(ada)).toEqual([]);
  });

  it('keeps, renames, deletes and gets back a search', async () => {
    visit.keepPictures();
    await go('audit?range=all&decision=denied');
    await button('Saved').click();
    await ada.getByRole('menuitem', { name: 'Save this search…' }).click();
    await ada.getByLabel('Name').fill('Refusals');
    await button('Save').click();
    await button('Saved').click();
    await ada.getByRole('menuitem', { name: 'Manage saved searches…' }).click();
    await button('Rename Refusals').click();
    await ada.keyboard.press('ControlOrMeta+a');
    await ada.keyboard.type('All refusals');
    await ada.keyboard.press('Enter');
    await button('Delete All refusals').click();
    await ada.getByText('Nothing saved.').waitFor();
    await button('Undo').click();
    await button('Rename All refusals').waitFor();
    await button('Done').click();
    await go('audit?range=all');
    await ada.getByRole('navigation', { name: 'Narrow down' }).waitFor();
    expect(await axeProblems(ada)).toEqual([]);
  });

  it('finds the trail whole, and after somebody changed an event names it', async () => {
    visit.keepPictures();
    await go('audit/verify');
    await button('Verify').click();
    await ada.getByText('Nothing was changed, removed or put in').waitFor();
    expect(await axeProblems(ada)).toEqual([]);
    await button('Make evidence').click();
    const panel = ada.getByRole('dialog', { name: 'Integrity of the audit trail' });
    await panel.getByText('Done', { exact: true }).waitFor();
    const [download] = await Promise.all([
      ada.waitForEvent('download'),
      panel.getByRole('button', { name: 'JSON' }).click(),
    ]);
    const file = artifact('verification.json');
    await download.saveAs(file);
    const { report, signature } = JSON.parse(readFileSync(file, 'utf8'));
    expect(report.requestedBy).toContain(DEMO_PEOPLE.ada.email);
    expect(report.summary).toContainEqual({ label: 'Result', value: 'whole' });
    expect(signature).toMatch(/^[\w-]+\.\.[\w-]+$/);
    await go('audit/verify');

    // As somebody who owns the table and knows how to get round its triggers.
    const owner = new pg.Client(visit.stack.postgres.superuserUrl('postern'));
    await owner.connect();
    await owner.query("set session_replication_role = 'replica'");
    await owner.query(
      `update audit_event set event = replace(event::text, 'access_review.created', 'access_review.closed')::json
        where kind = 'access_review.created'`,
    );
    await owner.end();
    await button('Verify').click();
    await ada.getByText('The trail is not whole: 1 chain').waitFor();
    await ada.getByText('Somebody changed the event after it was recorded.').waitFor();
    expect(await axeProblems(ada)).toEqual([]);
    await ada.getByRole('link', { name: 'Show the event' }).click();
    await ada.getByRole('dialog').getByText('Fourth quarter').first().waitFor();
  });

  it('says what a shorter retention would remove before it is saved', async () => {
    visit.keepPictures();
    await go('settings');
    await ada.getByLabel('Keep events').selectOption('90');
    await button('Save').click();
    const asked = ada.getByRole('dialog', { name: 'Keep events for 90 days only?' });
    await asked.getByText('No event is that old yet.', { exact: false }).waitFor();
    expect(await axeProblems(ada)).toEqual([]);
    await asked.getByRole('button', { name: 'Save' }).click();
    await asked.waitFor({ state: 'hidden' });
  });

  it('is the same in the dark, on a tablet', async () => {
    visit.keepPictures();
    await ada.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
    await ada.setViewportSize({ width: 820, height: 1180 });
    const found: string[] = [];
    const look = async (place: string, shows: Locator) => {
      await shows.first().waitFor();
      found.push(...(await axeProblems(ada)).map((problem) => `${place}: ${problem}`));
      const tooWide = await ada.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      if (tooWide > 0) found.push(`${place}: ${tooWide} px too wide`);
    };
    await go('access-reviews');
    await look('reviews', ada.getByText('Fourth quarter'));
    await ada.getByText('Fourth quarter').first().click();
    await look('review', ada.getByRole('heading', { level: 1, name: 'Fourth quarter' }));
    await go('reports');
    await look('reports', ada.getByRole('row').filter({ hasText: 'Who can do what' }));
    await go('integrations');
    await button('Auditors').click();
    await look('integration', ada.getByRole('dialog').getByText('Deliveries', { exact: true }));
    await go('audit?range=all');
    await look('audit', ada.getByRole('row').filter({ hasText: 'Report' }));
    await go('audit/verify');
    await button('Verify').click();
    await look('verify', ada.getByText('The trail is not whole: 1 chain'));
    expect(found).toEqual([]);
  });

  it('no page threw an error', () => expect(visit.problems).toEqual([]));
});
