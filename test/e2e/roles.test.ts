import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEMO_PEOPLE } from '@postern/infra/demo-organisation';
import { REPOSITORY } from '@postern/infra/paths';
import { findOnPath } from '@postern/infra/redis';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ReconcilePeople } from '../faults/reconcile-people.js';
import { axeProblems } from './axe.js';
import { artifact, hasBrowser, Visit } from './visit.js';

/** Every page about native roles, by keyboard and to axe, in light and dark; and the guide's pipeline as it stands there. */
describe.skipIf(!hasBrowser)('native roles, in the browser', () => {
  let visit: Visit;
  let ada: Page;
  let people: ReconcilePeople;
  let manifest: string;

  beforeAll(async () => {
    visit = await Visit.start();
    ada = await visit.page('ada', { reducedMotion: 'reduce' });
    people = await ReconcilePeople.of(visit.stack);
  });
  afterAll(() => visit?.stop());

  const roles = 'connections/production/roles';
  /** In both colour schemes. */
  async function look(name: string): Promise<void> {
    for (const colorScheme of ['light', 'dark'] as const) {
      await ada.emulateMedia({ colorScheme });
      expect(await axeProblems(ada)).toEqual([]);
      if (process.env.POSTERN_PICTURES) await pictures(`${name}-${colorScheme}`);
    }
  }
  /** For a person to look at; not taken in CI. */
  async function pictures(name: string): Promise<void> {
    for (const width of [820, 1280, 1920]) {
      await ada.setViewportSize({ width, height: 900 });
      await ada.screenshot({ path: artifact(`roles-${name}-${width}.png`), fullPage: true });
    }
    await ada.setViewportSize({ width: 1360, height: 850 });
  }

  it('adoption: nothing is managed yet', async () => {
    visit.keepPictures();
    await ada.goto(visit.url('roles'));
    await visit.signIn(ada, DEMO_PEOPLE.ada.email);
    await ada.getByRole('table', { name: 'Roles of connections' }).getByText('Not managed').first().waitFor();
    await look('states-unmanaged');
    await ada.goto(visit.url(roles));
    await ada.getByRole('button', { name: /Generate/ }).waitFor();
    await look('adopt');
    manifest = await people.generate();
    await people.until((await people.save(manifest)).id, 'APPLIED');
  });

  it('a pipeline does what the guide says', async ({ skip }) => {
    if (findOnPath('jq') === undefined) skip('there is no jq');
    await people.setFourEyes(false);
    const changed = manifest.replace('roles:\n', 'roles:\n  - name: from_a_pipeline\n');
    expect(await pipeline(visit, people.connectionId, changed)).toMatch(/"APPROVED"\nAPPLIED\n$/);
    await people.setFourEyes(true);
  });

  it('a plan that waits, and every tab', async () => {
    visit.keepPictures();
    const plan = await people.save(manifest.replace('roles:\n', 'roles:\n  - name: analytics\n'));
    await people.until(plan.id, 'PENDING');
    await ada.goto(visit.url(`${roles}/plans/${plan.id}`));
    await ada.getByRole('button', { name: 'Approve and apply' }).waitFor();
    await look('plan');
    await ada.getByRole('button', { name: 'Approve and apply' }).focus();
    await ada.keyboard.press('Enter');
    await ada.getByRole('dialog').waitFor();
    await look('approve');
    await ada.keyboard.press('Escape');
    await ada.getByRole('dialog').waitFor({ state: 'hidden' });
    for (const tab of ['overview', 'manifest', 'graph', 'history', 'guards', 'settings']) {
      await ada.goto(visit.url(`${roles}?tab=${tab}`));
      await ada.getByRole('navigation', { name: 'About these roles' }).waitFor();
      await ada.waitForLoadState('networkidle');
      await look(tab);
    }
    await people.approve(await people.plan(plan.id));
    await people.until(plan.id, 'APPLIED');
  });

  it('drift, where it comes from, and all connections by keyboard', async () => {
    visit.keepPictures();
    await people.sql('shop', 'grant select on payments to reporting');
    await people.scan();
    await ada.goto(visit.url(roles));
    await ada
      .getByText(/Outside Postern, between/)
      .first()
      .waitFor();
    await look('drift');
    await ada.goto(visit.url('roles'));
    const table = ada.getByRole('table', { name: 'Roles of connections' });
    await table.getByText('Drifted').waitFor();
    await look('states');
    await ada.getByLabel('Show').selectOption('DRIFTED');
    await expect.poll(() => table.getByRole('row').count()).toBe(2);
    await ada.keyboard.press('Escape');
    await table.getByRole('button').first().focus();
    await ada.keyboard.press('Enter');
    await ada.getByRole('heading', { level: 1, name: /^Roles of/ }).waitFor();
    expect(visit.problems).toEqual([]);
  });
});

/** The guide's shell, run where nothing else is, with nothing else than what it says it is given. */
async function pipeline(visit: Visit, connectionId: string, manifest: string): Promise<string> {
  const guide = readFileSync(join(REPOSITORY, 'docs/guides/reconcile-roles.md'), 'utf8');
  const script = /## From a pipeline.*?```sh\n(.*?)```/s.exec(guide)?.[1];
  if (script === undefined) throw new Error('the guide has no pipeline');
  const dir = mkdtempSync(join(tmpdir(), 'postern-pipeline-'));
  writeFileSync(join(dir, 'roles.yaml'), manifest);
  const { stack } = visit;
  const child = spawn('bash', ['-e', '-c', script], {
    cwd: dir,
    timeout: 90_000,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH,
      POSTERN: new URL(stack.urls.graphql).origin,
      EMAIL: DEMO_PEOPLE.ada.email,
      PASSWORD: stack.password,
      ORG: stack.organisation.orgId,
      CONNECTION: connectionId,
      COMMIT: 'from a pipeline',
    },
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += String(chunk)));
  const code = await new Promise((resolve) => child.once('close', resolve));
  rmSync(dir, { recursive: true });
  if (code !== 0) throw new Error(`the pipeline ended with ${code}: ${said}`);
  return said;
}
