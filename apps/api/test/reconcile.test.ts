import type { INestApplicationContext } from '@nestjs/common';
import { PLAN_STATES, PLAN_TRANSITIONS } from '@postern/core/reconcile';
import type { TouchedItem } from '@postern/core/roles';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createWorker } from '../src/create-worker.js';
import { Sweep } from '../src/reconcile/sweep.js';
import { startTestApp, type TestApp } from './app.js';
import { auditTrail, type Company, enrolAgent, signUpCompany } from './company.js';
import { join, must, type TestPerson } from './people.js';
import { MANIFEST, madePlan, type Reconciling, reconciling } from './reconcile-world.js';
import { ask, finished, rowsOf } from './report-requests.js';
import { eventually } from './seed.js';

let api: TestApp;
let worker: INestApplicationContext;
let company: Company;
let bob: TestPerson;
let world: Reconciling;
let counter = 0;

beforeAll(async () => {
  api = await startTestApp();
  worker = await createWorker(api.database.config);
  company = await signUpCompany(api, 'acme');
  bob = await join(api, company, 'bob', 'admin');
});
afterAll(async () => {
  await worker?.close();
  await api?.close();
});

/** A connection of its own for each test; the slug is `shop` in an environment of its own. */
beforeEach(async () => {
  counter += 1;
  world = await reconciling(api, company, counter);
});

describe('the life of a plan', () => {
  it('goes from a manifest to an applied plan, each step on record', async () => {
    const plan = await world.pending();
    expect(plan).toMatchObject({ changeCount: 1, effectsDigest: 'a'.repeat(64), manifestVersion: 1 });
    const approved = await world.approve(plan, bob);
    expect(approved.data?.approveRolePlan.state).toBe('APPROVED');
    const task = await world.claimed('roles.apply');
    expect(task.payload).toMatchObject({
      expectedDigest: 'a'.repeat(64),
      systemIdentifier: '71',
      manifest: MANIFEST,
    });
    expect((await world.plan(plan.id)).state).toBe('APPLYING');
    expect(await world.progress(task.taskId, 1, 2)).toBe(false);
    expect(await world.plan(plan.id)).toMatchObject({ progressDone: 1, progressTotal: 2 });
    await world.answer({ taskId: task.taskId, applied: { statements: 1 } });
    await world.until(plan.id, 'APPLIED');
    const kinds = (await auditTrail(api, company.orgId)).map(({ kind }) => kind);
    for (const kind of [
      'role_manifest.saved',
      'role_plan.requested',
      'role_plan.made',
      'role_plan.approved',
      'role_plan.applied',
    ])
      expect(kinds).toContain(kind);
  });

  it('needs nobody when the database is as it should be', async () => {
    const { plan } = await world.save(MANIFEST);
    const task = await world.claimed('roles.plan');
    await world.answer({ taskId: task.taskId, plan: madePlan({ changeCount: 0 }) });
    await world.until(plan?.id ?? '', 'APPLIED');
    const { connectionRoles } = await must<{ connectionRoles: { status: { state: string } } }>(
      api,
      'query ($orgId: ID!, $id: ID!) { connectionRoles(orgId: $orgId, connectionId: $id) { status { state } } }',
      { orgId: company.orgId, id: world.connectionId },
      company.cookie,
    );
    expect(connectionRoles.status.state).toBe('CONVERGED');
  });

  it('is superseded by the next manifest, and its task is not given out', async () => {
    const first = await world.save(MANIFEST);
    const second = await world.save(`${MANIFEST}  - name: other\n`);
    expect(second.manifest.version).toBe(2);
    expect((await world.plan(first.plan?.id ?? '')).state).toBe('SUPERSEDED');
    const task = await world.claimed('roles.plan');
    expect(task.payload).toMatchObject({ manifest: expect.stringContaining('other') });
    expect(await world.claim()).toBeNull();
  });

  it('is planned again when the manifest changed while it was applied', async () => {
    const plan = await world.pending();
    await world.approve(plan, bob);
    const task = await world.claimed('roles.apply');
    const { plan: none } = await world.save(`${MANIFEST}  - name: other\n`);
    expect(none).toBeNull();
    await world.answer({ taskId: task.taskId, applied: { statements: 1 } });
    await world.until(plan.id, 'APPLIED');
    expect((await world.claimed('roles.plan')).payload).toMatchObject({
      manifest: expect.stringContaining('other'),
    });
  });

  it('goes stale when the agent finds something else, and a new one is made', async () => {
    const plan = await world.pending();
    await world.approve(plan, bob);
    const task = await world.claimed('roles.apply');
    const failure = {
      class: 'different' as const,
      message: 'the database has changed',
      fix: 'plan again',
      facts: [],
    };
    await world.answer({ taskId: task.taskId, status: 'failed', failure });
    expect((await world.until(plan.id, 'STALE')).reason).toContain('the database has changed');
    await world.claimed('roles.plan');
  });

  it('expires when nobody decides', async () => {
    const plan = await world.pending();
    await api.database.owner.query(
      "update role_plan set expires_at = now() - interval '1 second' where id = $1",
      [plan.id],
    );
    await worker.get(Sweep, { strict: false }).run();
    expect((await world.plan(plan.id)).state).toBe('EXPIRED');
  });
});

describe('who may decide', () => {
  it('not whoever wrote the manifest, and that attempt is on record', async () => {
    const plan = await world.pending();
    const answer = await world.approve(plan, company);
    expect(answer.errors[0]).toMatchObject({
      extensions: { code: 'role_plan.refused', refusal: 'own_manifest' },
    });
    expect((await world.plan(plan.id)).state).toBe('PENDING');
    const denied = (await auditTrail(api, company.orgId)).find(
      ({ kind, decision }) => kind === 'role_plan.approved' && decision === 'denied',
    );
    expect(denied).toBeDefined();
  });

  it('only what was looked at', async () => {
    const plan = await world.pending();
    for (const over of [
      { effectsDigest: 'b'.repeat(64) },
      { systemIdentifier: '72' },
      { manifestVersion: 9 },
    ]) {
      const answer = await world.approve(plan, bob, over);
      expect(answer.errors[0]).toMatchObject({ extensions: { refusal: 'effects_differ' } });
    }
  });

  it('only members of the approvers’ group, where there is one', async () => {
    const { createGroup } = await must<{ createGroup: { id: string } }>(
      api,
      'mutation ($orgId: ID!, $slug: String!) { createGroup(orgId: $orgId, slug: $slug, name: "Approvers") { id } }',
      { orgId: company.orgId, slug: `approvers-${counter}` },
      company.cookie,
    );
    await must(
      api,
      'mutation ($orgId: ID!, $id: ID!, $group: ID) { updateRoleSettings(orgId: $orgId, connectionId: $id, input: { approverGroupId: $group }) { approverGroupId } }',
      { orgId: company.orgId, id: world.connectionId, group: createGroup.id },
      company.cookie,
    );
    const plan = await world.pending();
    expect((await world.approve(plan, bob)).errors[0]).toMatchObject({
      extensions: { refusal: 'not_an_approver' },
    });
  });

  it('a rejection wins until the agent has begun', async () => {
    const plan = await world.pending();
    await world.approve(plan, bob);
    expect((await world.reject(plan.id)).data?.rejectRolePlan.state).toBe('REJECTED');
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(await world.claim()).toBeNull();
    expect((await world.plan(plan.id)).state).toBe('REJECTED');
  });

  it('an agent that asks while somebody decides gets nothing, and waits for nobody', async () => {
    const plan = await world.pending();
    await world.approve(plan, bob);
    const tasks = () =>
      api.database.owner.query("select from agent_task where plan_id = $1 and kind = 'roles.apply'", [
        plan.id,
      ]);
    await expect.poll(async () => (await tasks()).rowCount).toBe(1);
    const client = await api.database.owner.connect();
    try {
      await client.query('begin');
      await client.query('select from role_plan where id = $1 for update', [plan.id]);
      expect(await world.claim()).toBeNull();
    } finally {
      await client.query('rollback');
      client.release();
    }
    expect((await world.claimed('roles.apply')).connection).toBe(world.slug);
  });

  it('a rejection comes too late once it is being applied', async () => {
    const plan = await world.pending();
    await world.approve(plan, bob);
    await world.claimed('roles.apply');
    expect((await world.reject(plan.id)).errors[0]).toMatchObject({
      extensions: { refusal: 'being_applied' },
    });
  });
});

describe('cancelling an apply', () => {
  const applying = async () => {
    const plan = await world.pending();
    await world.approve(plan, bob);
    return { plan, task: await world.claimed('roles.apply') };
  };
  const fallSilent = (taskId: string) =>
    api.database.owner.query(
      "update agent_task set lease_until = now() - interval '1 second' where id = $1",
      [taskId],
    );

  it('tells the agent, which rolls back; the plan ends as failed, with who and why', async () => {
    const { plan, task } = await applying();
    expect(await world.progress(task.taskId, 1, 2)).toBe(false);
    expect((await world.cancel(plan.id, bob.cookie)).data?.cancelRolePlan).toMatchObject({
      state: 'APPLYING',
      cancelAskedLabel: bob.email,
    });
    // Asked twice, the first stands.
    expect((await world.cancel(plan.id)).data?.cancelRolePlan.cancelAskedLabel).toBe(bob.email);
    expect(await world.progress(task.taskId, 1, 2)).toBe(true);
    await world.answer({ taskId: task.taskId, status: 'cancelled' });
    expect((await world.until(plan.id, 'FAILED')).reason).toContain(
      `cancelled by ${bob.email}: the shop is slow`,
    );
    const trail = await auditTrail(api, company.orgId);
    expect(trail.find(({ kind }) => kind === 'role_plan.cancel_asked')).toMatchObject({
      actor_label: bob.email,
      event: { reason: 'the shop is slow' },
    });
  });

  it('comes too late once it is committed: the plan stands as applied', async () => {
    const { plan, task } = await applying();
    await world.cancel(plan.id);
    await world.answer({ taskId: task.taskId, applied: { statements: 1 } });
    expect(await world.until(plan.id, 'APPLIED')).toMatchObject({ cancelAskedLabel: company.email });
  });

  it.each([
    ['was committed', { applied: { statements: 0 } }, 'APPLIED'],
    [
      'was not',
      {
        status: 'failed' as const,
        failure: { class: 'different' as const, message: 'the database has changed', fix: 'plan', facts: [] },
      },
      'FAILED',
    ],
  ])('of an agent that fell silent is looked at by the next one: it %s', async (_name, answer, state) => {
    const { plan, task } = await applying();
    await world.cancel(plan.id);
    await fallSilent(task.taskId);
    const look = await world.claimed('roles.apply');
    expect(look.taskId).not.toBe(task.taskId);
    expect(look.payload).not.toMatchObject({ expectedDigest: plan.effectsDigest });
    expect((await world.plan(plan.id)).state).toBe('APPLYING');
    await world.answer({ taskId: look.taskId, ...answer });
    await world.until(plan.id, state);
  });

  it('between two attempts: nothing is tried again, what is there is looked at', async () => {
    const { plan, task } = await applying();
    const failure = { class: 'lock' as const, message: 'another run', fix: 'wait', facts: [] };
    await world.answer({ taskId: task.taskId, status: 'failed', failure });
    await world.cancel(plan.id);
    const look = await world.claimed('roles.apply');
    expect(look.payload).not.toMatchObject({ expectedDigest: plan.effectsDigest });
  });

  it('only what is being applied, and a refused attempt is on record', async () => {
    const plan = await world.pending();
    expect((await world.cancel(plan.id)).errors[0]).toMatchObject({
      extensions: { code: 'role_plan.refused', refusal: 'not_applying' },
    });
    const denied = (await auditTrail(api, company.orgId)).find(
      ({ kind, decision }) => kind === 'role_plan.cancel_asked' && decision === 'denied',
    );
    expect(denied).toBeDefined();
  });

  it('an agent that is stopped has cancelled nothing: the next one goes on', async () => {
    const { plan, task } = await applying();
    await world.answer({ taskId: task.taskId, status: 'cancelled' });
    expect((await world.plan(plan.id)).state).toBe('APPLYING');
    await api.database.owner.query('update agent_task set not_before = now() where id = $1', [task.taskId]);
    expect(await world.claim()).toMatchObject({
      taskId: task.taskId,
      payload: expect.objectContaining({ expectedDigest: plan.effectsDigest }),
    });
  });
});

describe('agents', () => {
  it('that fall silent are replaced, and their late answers dropped', async () => {
    const { plan } = await world.save(MANIFEST);
    const first = await world.claimed('roles.plan');
    expect(await world.claim()).toBeNull();
    await api.database.owner.query(
      "update agent_task set lease_until = now() - interval '1 second' where id = $1",
      [first.taskId],
    );
    const other = await enrolAgent(api, world.company);
    expect(await world.claim(other)).toMatchObject({ taskId: first.taskId, agentId: other.agentId });
    expect(await world.answer({ taskId: first.taskId, plan: madePlan({ digest: 'e'.repeat(64) }) })).toBe(
      false,
    );
    expect(await world.answer({ taskId: first.taskId, plan: madePlan() }, other)).toBe(true);
    expect(
      await world.answer({ taskId: first.taskId, plan: madePlan({ digest: 'e'.repeat(64) }) }, other),
    ).toBe(false);
    expect((await world.until(plan?.id ?? '', 'PENDING')).effectsDigest).toBe('a'.repeat(64));
  });

  it('go on with an apply that another one died with', async () => {
    const plan = await world.pending();
    await world.approve(plan, bob);
    const task = await world.claimed('roles.apply');
    await api.database.owner.query(
      "update agent_task set lease_until = now() - interval '1 second' where id = $1",
      [task.taskId],
    );
    expect(await world.claim()).toMatchObject({ taskId: task.taskId, kind: 'roles.apply' });
    await world.answer({ taskId: task.taskId, applied: { statements: 0 } });
    await world.until(plan.id, 'APPLIED');
  });

  it('are asked again about what may pass, and not at once', async () => {
    const { plan } = await world.save(MANIFEST);
    const task = await world.claimed('roles.plan');
    const failure = { class: 'lock' as const, message: 'another run', fix: 'wait', facts: [] };
    expect(await world.answer({ taskId: task.taskId, status: 'failed', failure })).toBe(true);
    expect(await world.claim()).toBeNull();
    expect((await world.plan(plan?.id ?? '')).state).toBe('PLANNING');
    await api.database.owner.query('update agent_task set not_before = now() where id = $1', [task.taskId]);
    expect(await world.claim()).toMatchObject({ taskId: task.taskId });
  });

  it('are told why it failed by, and people read it', async () => {
    const { plan } = await world.save(MANIFEST);
    const task = await world.claimed('roles.plan');
    const failure = {
      class: 'permission' as const,
      message: 'the login may not create roles',
      fix: 'give it CREATEROLE',
      facts: ['line 2'],
    };
    await world.answer({ taskId: task.taskId, status: 'failed', failure });
    expect((await world.until(plan?.id ?? '', 'FAILED')).reason).toBe(
      'the login may not create roles; give it CREATEROLE\nline 2',
    );
  });

  it('of another environment get nothing', async () => {
    const { createEnvironment } = await must<{ createEnvironment: { id: string } }>(
      api,
      'mutation ($orgId: ID!, $slug: String!) { createEnvironment(orgId: $orgId, slug: $slug, name: $slug) { id } }',
      { orgId: company.orgId, slug: `far-${counter}` },
      company.cookie,
    );
    const stranger = await enrolAgent(api, { ...company, environmentId: createEnvironment.id });
    await world.save(MANIFEST);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(await world.claim(stranger)).toBeNull();
  });
});

describe('drift', () => {
  const applied = async () => {
    const { plan } = await world.save(MANIFEST);
    const task = await world.claimed('roles.plan');
    await world.answer({ taskId: task.taskId, plan: madePlan({ changeCount: 0 }) });
    await world.until(plan?.id ?? '', 'APPLIED');
  };
  const dueNow = () =>
    api.database.owner.query(
      "update role_status set next_scan_at = now() - interval '1 second' where connection_id = $1",
      [world.connectionId],
    );
  const roles = async () =>
    (
      await must<{
        connectionRoles: {
          status: { state: string };
          drift: {
            id: string;
            changeCount: number;
            ignoredReason: string | null;
            content: { changes: { subject: string }[] };
          } | null;
        };
      }>(
        api,
        'query ($orgId: ID!, $id: ID!) { connectionRoles(orgId: $orgId, connectionId: $id) { status { state } drift { id changeCount ignoredReason content { changes { subject } } } } }',
        { orgId: company.orgId, id: world.connectionId },
        company.cookie,
      )
    ).connectionRoles;
  const scanned = async (result: object) => {
    await dueNow();
    await worker.get(Sweep, { strict: false }).run();
    const task = await world.claimed('roles.scan');
    await world.answer({ taskId: task.taskId, ...result });
  };

  const causes = async () => {
    const { connectionRoles } = await must<{
      connectionRoles: {
        drift: {
          causes: {
            since: string | null;
            changes: { kind: string; changedAt: string | null; statement: { text: string } | null }[][];
            opaque: { text: string }[];
          };
        } | null;
      };
    }>(
      api,
      'query ($orgId: ID!, $id: ID!) { connectionRoles(orgId: $orgId, connectionId: $id) { drift { causes { since changes { kind objects changedAt grantors statement { actorLabel text } } opaque { text } } } } }',
      { orgId: company.orgId, id: world.connectionId },
      company.cookie,
    );
    return connectionRoles.drift?.causes;
  };
  const ran = (text: string, kind: string, touches?: TouchedItem[]) => ({
    connection: { id: world.connectionId, slug: world.slug },
    statement: {
      text,
      bytes: text.length,
      sha256: 'a'.repeat(64),
      truncated: false,
      kinds: [kind],
      ...(touches && { touches }),
    },
  });
  /** A role that is gone, and rights that somebody has too much. */
  const differing = (more: { changedAt?: string } = {}) => {
    const made = madePlan();
    const [create] = made.content.changes;
    if (!create) throw new Error('no change');
    const rights = { aspect: 'rights', role: 'intern', schema: 'app', name: 'orders', ...more } as const;
    return madePlan({
      content: {
        ...made.content,
        changes: [
          {
            ...create,
            difference: { items: [{ aspect: 'role', role: 'reporting' }], effect: 'gives', grantors: [] },
          },
          {
            ...create,
            kind: 'revoke',
            difference: { items: [rights], effect: 'takes', grantors: ['ann'] },
          },
        ],
      },
    });
  };
  const dropped: TouchedItem = { aspect: 'role', role: 'reporting', effect: 'takes' };

  it('is told where each difference comes from: a statement of the trail, or outside', async () => {
    await applied();
    const pushed = await world.agent.push(
      world.agent.record(
        ran('select * from reporting', 'SELECT'),
        ran('drop role reporting', 'DROP ROLE', [dropped]),
        { ...ran('drop role reporting -- refused', 'DROP ROLE', [dropped]), decision: 'denied' },
        {
          ...ran('drop role reporting -- elsewhere', 'DROP ROLE', [dropped]),
          connection: { id: 'other', slug: 'other' },
        },
      ),
    );
    expect(pushed.status).toBe(200);
    await scanned({ plan: differing() });
    await expect.poll(async () => (await roles()).status.state).toBe('DRIFTED');
    expect(await causes()).toMatchObject({
      since: expect.any(String),
      changes: [
        [{ kind: 'STATEMENT', objects: 1, statement: { text: 'drop role reporting' } }],
        [{ kind: 'OUTSIDE', objects: 1, statement: null, grantors: ['ann'] }],
      ],
      opaque: [],
    });
  });

  it('names programs, and statements of which nobody said what they touch, as what may have done it', async () => {
    await applied();
    await world.agent.push(
      world.agent.record(ran('do $$ begin end $$', 'DO'), ran('grant select on a to b', 'GRANT')),
    );
    await scanned({ plan: differing() });
    await expect.poll(async () => (await roles()).status.state).toBe('DRIFTED');
    expect((await causes())?.opaque).toHaveLength(2);
  });

  it('knows nothing of a time in which nobody looked, unless the server dates it', async () => {
    await world.save(MANIFEST);
    const task = await world.claimed('roles.plan');
    await world.answer({ taskId: task.taskId, plan: madePlan() });
    const changedAt = new Date(Date.now() - 3_600_000).toISOString();
    await expect.poll(async () => (await world.claim()) === null).toBe(true);
    await must(
      api,
      'mutation ($orgId: ID!, $id: ID!) { scanForDrift(orgId: $orgId, connectionId: $id) }',
      { orgId: company.orgId, id: world.connectionId },
      company.cookie,
    );
    const scan = await world.claimed('roles.scan');
    await world.answer({ taskId: scan.taskId, plan: differing({ changedAt }) });
    await expect.poll(async () => (await roles()).status.state).toBe('DRIFTED');
    expect(await causes()).toMatchObject({
      since: null,
      changes: [[{ kind: 'UNKNOWN' }], [{ kind: 'OUTSIDE', changedAt }]],
    });
  });

  it('of an agent that does not tell what differs is not explained', async () => {
    await applied();
    await scanned({ plan: madePlan() });
    await expect.poll(async () => (await roles()).status.state).toBe('DRIFTED');
    expect(await causes()).toMatchObject({ changes: [[]] });
  });

  it('is found on schedule, undone by a plan, and gone', async () => {
    await applied();
    await scanned({ plan: madePlan() });
    await expect.poll(async () => (await roles()).status.state).toBe('DRIFTED');
    const { drift } = await roles();
    expect(drift).toMatchObject({ changeCount: 1, content: { changes: [{ subject: 'reporting' }] } });
    const { planForDrift } = await must<{ planForDrift: { id: string } }>(
      api,
      'mutation ($orgId: ID!, $id: ID!) { planForDrift(orgId: $orgId, id: $id) { id } }',
      { orgId: company.orgId, id: drift?.id },
      company.cookie,
    );
    const task = await world.claimed('roles.plan');
    await world.answer({ taskId: task.taskId, plan: madePlan() });
    await world.approve(await world.until(planForDrift.id, 'PENDING'), bob);
    const apply = await world.claimed('roles.apply');
    await world.answer({ taskId: apply.taskId, applied: { statements: 1 } });
    await world.until(planForDrift.id, 'APPLIED');
    expect(await roles()).toMatchObject({ status: { state: 'CONVERGED' }, drift: null });
  });

  it('is the same finding as long as the same differs, and can be ignored with a reason until a date', async () => {
    await applied();
    await scanned({ plan: madePlan() });
    await expect.poll(async () => (await roles()).drift).not.toBeNull();
    const first = (await roles()).drift;
    const until = new Date(Date.now() + 86_400_000).toISOString();
    await must(
      api,
      'mutation ($orgId: ID!, $id: ID!, $until: DateTime!) { ignoreDrift(orgId: $orgId, id: $id, reason: "migration running", until: $until) { id } }',
      { orgId: company.orgId, id: first?.id, until },
      company.cookie,
    );
    await scanned({ plan: madePlan() });
    await expect.poll(async () => (await world.claim()) === null).toBe(true);
    expect((await roles()).drift).toMatchObject({ id: first?.id, ignoredReason: 'migration running' });
    await scanned({ plan: madePlan({ digest: 'c'.repeat(64) }) });
    await expect.poll(async () => (await roles()).drift?.id).not.toBe(first?.id);
    expect((await roles()).drift?.ignoredReason).toBeNull();
  });

  it('is not known when the database can not be looked at', async () => {
    await applied();
    const failure = {
      class: 'permission' as const,
      message: 'the password is wrong',
      fix: 'check it',
      facts: [],
    };
    await scanned({ status: 'failed', failure });
    await expect.poll(async () => (await roles()).status.state).toBe('UNKNOWN');
  });
});

describe('PostgreSQL itself', () => {
  it('knows the same transitions as core', async () => {
    const { rows } = await api.database.owner.query<{ a: string; b: string }>(
      'select a, b from unnest($1::text[]) a, unnest($1::text[]) b where postern_role_plan_may_become(a, b)',
      [PLAN_STATES],
    );
    const known = rows.map(({ a, b }) => `${a} → ${b}`).sort();
    const expected = PLAN_STATES.flatMap((a) => PLAN_TRANSITIONS[a].map((b) => `${a} → ${b}`));
    expect(known).toEqual(expected.sort());
  });

  it.each([
    ['a step that is not listed', "update role_plan set state = 'applied' where id = $1"],
    [
      'an approval of something else',
      "update role_plan set state = 'approved', approved_by = 'x', approved_at = now(), approved_digest = 'other', approved_system_identifier = system_identifier, approved_manifest_version = manifest_version where id = $1",
    ],
    ['an application without approval', "update role_plan set state = 'applying' where id = $1"],
    ['another content', "update role_plan set content = '{}' where id = $1"],
    ['another manifest', 'update role_plan set manifest_version = 7 where id = $1'],
  ])('refuses %s', async (_what, sql) => {
    const plan = await world.pending();
    await expect(api.database.owner.query(sql, [plan.id])).rejects.toMatchObject({ code: '23514' });
  });

  it('has one live plan a connection at most', async () => {
    const plan = await world.pending();
    const columns =
      'id, org_id, connection_id, manifest_id, manifest_version, mode, cause, requested_by, requested_label, expires_at';
    await expect(
      api.database.owner.query(
        `insert into role_plan (${columns}) select gen_random_uuid(), ${columns.slice(4)} from role_plan where id = $1`,
        [plan.id],
      ),
    ).rejects.toMatchObject({ code: '23505' });
  });
});

describe('what agents gave up about', () => {
  const failed = async () =>
    (
      await must<{
        failedRoleTasks: { edges: { node: { kind: string; failureClass: string; message: string } }[] };
      }>(
        api,
        'query ($orgId: ID!, $id: ID!) { failedRoleTasks(orgId: $orgId, connectionId: $id) { edges { node { kind failureClass message } } } }',
        { orgId: company.orgId, id: world.connectionId },
        company.cookie,
      )
    ).failedRoleTasks.edges.map(({ node }) => node);

  it('is listed until the same succeeds', async () => {
    const { plan } = await world.save(MANIFEST);
    const task = await world.claimed('roles.plan');
    const failure = { class: 'permission' as const, message: 'may not look', fix: 'let it', facts: [] };
    await world.answer({ taskId: task.taskId, status: 'failed', failure });
    await world.until(plan?.id ?? '', 'FAILED');
    expect(await failed()).toEqual([
      { kind: 'roles.plan', failureClass: 'permission', message: 'may not look' },
    ]);
    await world.pending();
    expect(await failed()).toEqual([]);
  });
});

describe('a manifest', () => {
  it('with problems is not saved; each has its place', async () => {
    const answer = await api.graphql(
      'mutation ($orgId: ID!, $id: ID!) { saveRoleManifest(orgId: $orgId, connectionId: $id, input: { body: "roles:\\n  - name: a\\n    logn: true\\n  - nam: b\\n" }) { manifest { version } } }',
      { orgId: company.orgId, id: world.connectionId },
      company.cookie,
    );
    expect(answer.errors[0]?.extensions.code).toBe('role_manifest.invalid');
    expect(answer.errors[0]?.extensions.problems).toHaveLength(3);
    expect(answer.errors[0]?.message).toMatch(/^line 3, column 5/);
  });

  it('that somebody else changed meanwhile is not overwritten', async () => {
    await world.save(MANIFEST);
    await expect(world.save('roles: []\n', company.cookie, { baseVersion: 0 })).rejects.toThrow(
      /version 1 was saved meanwhile/,
    );
  });

  it('can be generated from what is there', async () => {
    const { generateRoleManifest: asked } = await must<{
      generateRoleManifest: { id: string; state: string };
    }>(
      api,
      'mutation ($orgId: ID!, $id: ID!) { generateRoleManifest(orgId: $orgId, connectionId: $id) { id state } }',
      { orgId: company.orgId, id: world.connectionId },
      company.cookie,
    );
    expect(asked.state).toBe('waiting');
    const task = await world.claimed('roles.generate');
    await world.answer({ taskId: task.taskId, manifest: MANIFEST });
    const { generatedRoleManifest } = await must<{ generatedRoleManifest: { state: string; body: string } }>(
      api,
      'query ($orgId: ID!, $id: ID!) { generatedRoleManifest(orgId: $orgId, id: $id) { state body } }',
      { orgId: company.orgId, id: asked.id },
      company.cookie,
    );
    expect(generatedRoleManifest).toEqual({ state: 'succeeded', body: MANIFEST });
  });
});

describe('the report of native roles', () => {
  it('says what is declared, what was changed with whose approval, and what differs', async () => {
    const body =
      'roles:\n  - name: reporting\n  - name: ann\n    login: true\nmemberships:\n  - role: reporting\n    members:\n      - name: ann\n';
    const plan = await world.pending(body);
    await world.approve(plan, bob);
    const task = await world.claimed('roles.apply');
    await world.answer({ taskId: task.taskId, applied: { statements: 1 } });
    await world.until(plan.id, 'APPLIED');
    await must(
      api,
      'mutation ($orgId: ID!, $id: ID!) { scanForDrift(orgId: $orgId, connectionId: $id) }',
      { orgId: company.orgId, id: world.connectionId },
      company.cookie,
    );
    const scan = await world.claimed('roles.scan');
    await world.answer({ taskId: scan.taskId, plan: madePlan({ digest: 'd'.repeat(64) }) });
    const asked = { connection: world.slug };
    const drifted = async () =>
      (await finished(api, company, await ask(api, company, 'NATIVE_ROLES', asked))).document;
    await eventually('the finding', async () => rowsOf(await drifted(), 'findings').length === 1);
    const document = await drifted();
    expect(rowsOf(document, 'connections')).toMatchObject([
      {
        Connection: world.slug,
        Manifest: 1,
        State: 'drifted',
        'Saved by': company.email,
        Finding: 'the database differs from its manifest',
      },
    ]);
    expect(rowsOf(document, 'roles')).toMatchObject([
      { Role: 'ann', 'May log in': 'yes', 'Member of': 'reporting' },
      { Role: 'reporting', 'May log in': 'no', Grants: 0 },
    ]);
    expect(rowsOf(document, 'applied')).toMatchObject([
      {
        Connection: world.slug,
        'Approved by': bob.email,
        About: 'reporting',
        SQL: 'CREATE ROLE "reporting"',
      },
    ]);
    expect(rowsOf(document, 'drift')).toMatchObject([{ About: 'reporting', Destructive: 'no' }]);
    expect(rowsOf(document, 'plans')).toMatchObject([
      { State: 'applied', 'Approved by': bob.email, Changes: 1 },
    ]);
    expect(document.controls.length).toBeGreaterThan(5);
  });
});
