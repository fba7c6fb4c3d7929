import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { followsChain } from '@postern/core/audit';
import { createDatabase, testServer, uniqueName } from '@postern/infra/test-server';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { makeSigningKey } from './control-plane.js';
import { asSuperuser, rule, until, World } from './fixture.js';

const READER = rule('shop', ['read'], '*');
const ACTIVE =
  "select 1 from pg_stat_activity where datname = current_database() and query = 'select pg_sleep(30)' and state = 'active'";

describe('the agent and its control plane', () => {
  let url: string;
  let world: World;

  beforeAll(async () => {
    url = await createDatabase(await testServer(), uniqueName('link'));
  });
  beforeEach(async () => {
    world = await World.create({ shop: url });
    await world.publish([READER]);
    await world.start();
    await until(() => world.agent.policy.state === 'ok');
  });
  afterEach(() => world.stop());

  const state = async (browser: Awaited<ReturnType<World['signIn']>>) =>
    (
      (await (await browser.get('/api/me')).json()) as {
        policy: { state: string; controlPlaneReachable: boolean };
      }
    ).policy;

  it('enrols once and keeps its identity to itself', async () => {
    const file = join(world.dir, 'identity.json');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await stat(world.dir)).mode & 0o777).toBe(0o700);
    expect(world.plane.consoleUrl).toBe(world.config.console.publicUrl);
    const before = await readFile(file, 'utf8');
    await world.stopAgent();
    await world.start();
    expect(await readFile(file, 'utf8')).toBe(before);
    await until(() => world.received('agent.started').length === 2);
  });

  it('takes up a published rule at once and says so', async () => {
    const alex = await world.signIn('alex');
    expect(await alex.run('shop', 'create table t (id int)')).toMatchObject({ status: 403 });
    await world.publish([READER, rule('shop', ['ddl'], 'user:alex@acme.example')]);
    expect(await alex.run('shop', 'create table if not exists t (id int)')).toMatchObject({
      status: 200,
      error: null,
    });
    const { version } = world.agent.policy;
    await until(() => world.plane.heartbeats.some((beat) => beat.policyVersion === version));
    const beat = world.plane.heartbeats.at(-1);
    expect(beat?.connections.map(({ slug }) => slug)).toEqual(['shop']);
    await until(() =>
      world.received('policy.enforced').some(({ policyVersion }) => policyVersion === version),
    );
  });

  it.each([
    [
      'a signature of an unknown key',
      async () => world.plane.sign(world.bundle([]), await makeSigningKey('key-9')),
      'does not trust',
    ],
    [
      'a signature of the wrong key under a trusted name',
      async () => world.plane.sign(world.bundle([]), await makeSigningKey('key-1')),
      'signature',
    ],
    ['a changed payload', async () => tampered(await world.plane.sign(world.bundle([]))), 'signature'],
    [
      'another environment',
      async () => world.plane.sign(world.bundle([], { environmentId: 'env_2' })),
      'another environment',
    ],
    [
      'another organisation',
      async () => world.plane.sign(world.bundle([], { orgId: 'org_2' })),
      'another environment',
    ],
    ['an older version', async () => world.plane.sign(world.bundle([], { version: 1 })), 'version 1'],
    ['something that is no bundle', async () => world.plane.sign({ schema: 2 } as never), 'understands'],
    ['something that is not signed', async () => 'not a policy', 'signed'],
  ])('refuses a bundle with %s, keeps the old one and records it', async (_what, make, reason) => {
    const alex = await world.signIn('alex');
    const { version } = world.agent.policy;
    world.plane.publishRaw(version + 10, await make());
    await until(() => world.received('policy.refused').length > 0);
    expect(world.received('policy.refused')).toMatchObject([
      { actor: { type: 'agent' }, reason: expect.stringContaining(reason) },
    ]);
    expect(world.agent.policy.version).toBe(version);
    expect(await alex.value('shop', 'select 1')).toBe('1');
  });

  it('follows a rotation of the signing keys, also over a restart', async () => {
    const next = await makeSigningKey('key-2');
    await world.publish([READER], { signingKeys: [world.plane.key.publicKey, next.publicKey] });
    const bundle = world.bundle([READER], { signingKeys: [next.publicKey] });
    world.plane.publishRaw(bundle.version, await world.plane.sign(bundle, next));
    await until(() => world.agent.policy.version === bundle.version);
    await world.stopAgent();
    await world.start();
    expect(world.agent.policy.version).toBe(bundle.version);
    const old = world.bundle([]);
    world.plane.publishRaw(old.version, await world.plane.sign(old));
    await until(() => world.received('policy.refused').length > 0);
    expect(world.agent.policy.version).toBe(bundle.version);
  });

  it('goes on without the control plane and delivers every event once when it is back', async () => {
    const alex = await world.signIn('alex');
    await until(() => world.agent.spool.depth === 0);
    await world.plane.down();
    const ids: string[] = [];
    for (let n = 0; n < 20; n++) ids.push((await alex.run('shop', `select ${n}`)).auditId);
    expect((await alex.run('shop', 'drop table t')).status).toBe(403);
    await until(async () => (await state(alex)).controlPlaneReachable === false);
    expect(world.agent.spool.depth).toBeGreaterThanOrEqual(41);
    await world.stopAgent();
    await world.start();
    world.plane.loseAnswers = 2;
    await world.plane.up();
    await until(() => world.plane.events.length > 0 && world.agent.spool.depth === 0);
    const delivered = world.received('statement.decided').map(({ id }) => id);
    expect(delivered).toHaveLength(new Set(delivered).size);
    for (const id of ids) {
      expect(delivered).toContain(id);
      expect(world.received().filter(({ intentId }) => intentId === id)).toHaveLength(1);
    }
    expectChain(world);
  });

  it('sends again what the control plane lost', async () => {
    const alex = await world.signIn('alex');
    await world.outcome((await alex.run('shop', 'select 1')).auditId);
    const before = world.plane.events.length;
    world.plane.events.splice(2);
    await alex.run('shop', 'select 2');
    await until(() => world.plane.events.length === before + 2);
    expectChain(world);
  });

  it('compresses what it pushes for a control plane that says it takes that, until it does not', async () => {
    const alex = await world.signIn('alex');
    const done = async () => world.outcome((await alex.run('shop', 'select 1')).auditId);
    await done();
    await done();
    expect(world.plane.packedPushes).toBeGreaterThan(0);
    world.plane.takesGzip = false;
    await done();
    const { packedPushes } = world.plane;
    await done();
    expect(world.plane.packedPushes).toBe(packedPushes);
    expectChain(world);
  });

  it('serves the last policy after a restart while the control plane is away, until its lease runs out', async () => {
    await world.publish([READER], { leaseSeconds: 600 });
    const before = await world.signIn('alex');
    expect(await before.value('shop', 'select 1')).toBe('1');
    await world.plane.down();
    await world.stopAgent();
    await world.start();
    expect(world.agent.policy.state).toBe('ok');
    world.clock.advance(599_000);
    expect(world.agent.policy.state).toBe('ok');
    world.clock.advance(2_000);
    expect(world.agent.policy.state).toBe('lease_expired');
    await world.plane.up();
    await until(() => world.agent.policy.state === 'ok');
  });

  it('denies everything when the lease has run out, and ends what is open', async () => {
    await world.publish([READER], { leaseSeconds: 600 });
    const alex = await world.signIn('alex');
    const running = alex.run('shop', 'select pg_sleep(30)', 'slow');
    await until(async () => (await asSuperuser(url, ACTIVE)).length > 0);
    await world.plane.down();
    world.clock.advance(601_000);
    expect((await running).error).toMatchObject({ code: 'sql.denied' });
    expect(await alex.run('shop', 'select 1')).toMatchObject({
      status: 403,
      error: { code: 'policy.lease_expired' },
    });
    expect(await state(alex)).toMatchObject({ state: 'lease_expired' });
    expect(await (await alex.get('/api/connections')).json()).toEqual({ connections: [] });
    await world.plane.up();
    await until(() => world.agent.policy.state === 'ok');
    expect(await alex.value('shop', 'select 1')).toBe('1');
    const denied = await until(() =>
      world.received('statement.decided').find(({ decision }) => decision === 'denied'),
    );
    expect(denied.reason).toContain('confirmed');
  });

  it('does not believe a lease that a clock set back would make longer', async () => {
    await world.publish([READER], { leaseSeconds: 600 });
    await world.plane.down();
    await world.stopAgent();
    await writeFile(
      join(world.dir, 'lease.json'),
      JSON.stringify({ confirmedAt: Date.now() + 3_600_000, revoked: false }),
    );
    await world.start();
    expect(world.agent.policy.state).toBe('lease_expired');
  });

  it('enforces nothing when the bundle on disk was changed', async () => {
    await world.plane.down();
    await world.stopAgent();
    const file = join(world.dir, 'policy.json');
    const stored = JSON.parse(await readFile(file, 'utf8')) as { jws: string };
    await writeFile(file, JSON.stringify({ ...stored, jws: tampered(stored.jws) }));
    await world.start();
    expect(world.agent.policy.state).toBe('none');
    await world.plane.up();
    await until(() => world.agent.policy.state === 'ok');
    await until(() => world.received('policy.refused').length === 1);
  });

  it('denies everything once revoked, keeps the spool, and serves again when it is wanted again', async () => {
    const alex = await world.signIn('alex');
    await until(() => world.agent.spool.depth === 0);
    world.plane.revokeAgent();
    await until(() => world.agent.policy.state === 'revoked');
    expect(await alex.run('shop', 'select 1')).toMatchObject({
      status: 403,
      error: { code: 'agent.revoked' },
    });
    expect(await state(alex)).toMatchObject({ state: 'revoked' });
    expect(world.agent.spool.depth).toBe(1);
    await world.stopAgent();
    await world.plane.down();
    await world.start();
    expect(world.agent.policy.state).toBe('revoked');
    world.plane.revoked = false;
    await world.stopAgent();
    await world.plane.up();
    await world.start();
    await until(() => world.agent.policy.state === 'ok' && world.agent.spool.depth === 0);
  });

  it('refuses a second agent on the same data directory', async () => {
    await expect(world.start()).rejects.toThrow('another agent is running');
    expect((await readdir(world.dir)).includes('identity.json')).toBe(true);
  });
});

function tampered(jws: string): string {
  const [header = '', payload = '', signature = ''] = jws.split('.');
  const bundle = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as object;
  const changed = JSON.stringify({ ...bundle, rules: [rule('*', ['*'], '*')] });
  return [header, Buffer.from(changed).toString('base64url'), signature].join('.');
}

function expectChain(world: World): void {
  let prev = '0'.repeat(64);
  for (const [index, event] of world.plane.events.entries()) {
    expect(event.seq).toBe(index + 1);
    expect(followsChain(prev, event)).toBe(true);
    prev = event.hash;
  }
}
