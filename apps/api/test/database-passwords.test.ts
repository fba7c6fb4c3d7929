import type { INestApplicationContext } from '@nestjs/common';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWorker } from '../src/create-worker.js';
import { newDatabasePassword, scramVerifier } from '../src/database-passwords/scram-verifier.js';
import { startTestApp, type TestApp } from './app.js';
import { auditTrail, enrolAgent } from './company.js';
import { type FurnishedCompany, furnish, join, memberIds, must, type TestPerson } from './people.js';
import { eventually, newestBundle } from './seed.js';

const MAKE = `mutation ($orgId: ID!, $environmentId: ID!, $lifetime: DatabasePasswordLifetime!) {
  createDatabasePassword(orgId: $orgId, environmentId: $environmentId, lifetime: $lifetime) {
    password databasePassword { id user { email } environment { slug } createdAt expiresAt } } }`;
const REVOKE = 'mutation ($orgId: ID!, $id: ID!) { revokeDatabasePassword(orgId: $orgId, id: $id) }';

interface Made {
  password: string;
  databasePassword: { id: string; user: { email: string }; createdAt: string; expiresAt: string };
}

let api: TestApp;
let worker: INestApplicationContext;
let company: FurnishedCompany;
let mia: TestPerson;
let audrey: TestPerson;
beforeAll(async () => {
  api = await startTestApp();
  worker = await createWorker(api.database.config);
  company = await furnish(api, 'wire');
  mia = await join(api, company, 'mia', 'member');
  audrey = await join(api, company, 'audrey', 'auditor');
});
afterAll(async () => {
  await worker.close();
  await api.close();
});

const orgId = () => company.orgId;
const make = async (person: TestPerson, lifetime = 'ONE_DAY'): Promise<Made> =>
  (
    await must<{ createDatabasePassword: Made }>(
      api,
      MAKE,
      { orgId: orgId(), environmentId: company.environmentId, lifetime },
      person.cookie,
    )
  ).createDatabasePassword;
const revoke = (person: TestPerson, id: string) => api.graphql(REVOKE, { orgId: orgId(), id }, person.cookie);
const own = async (person: TestPerson): Promise<string[]> =>
  (
    await must<{ myDatabasePasswords: { id: string }[] }>(
      api,
      'query ($orgId: ID!) { myDatabasePasswords(orgId: $orgId) { id } }',
      { orgId: orgId() },
      person.cookie,
    )
  ).myDatabasePasswords.map(({ id }) => id);

/** What the newest bundle says of a person. */
async function principalOf(person: TestPerson) {
  const { rows } = await api.database.owner.query('select 1 from policy_bundle limit 1');
  if (rows.length === 0) return undefined;
  const { environmentId } = company;
  const bundle = await newestBundle(api.database.owner, {
    ...{ orgId: orgId(), environmentId, ownerId: company.userId, connectionId: company.connectionId },
  });
  return bundle.principals.find(({ id }: { id: string }) => id === person.userId);
}

describe('the verifier', () => {
  it('is one that PostgreSQL itself accepts the password for, and no other', async () => {
    const password = newDatabasePassword();
    const role = `verifier_${api.database.name}`;
    const verifier = await scramVerifier(password);
    await api.database.owner.query(`create role ${role} login password '${verifier}'`);
    const { rows } = await api.database.owner.query('select rolpassword from pg_authid where rolname = $1', [
      role,
    ]);
    expect(rows[0].rolpassword).toBe(verifier); // not hashed again
    const signIn = async (attempt: string) => {
      const url = new URL(api.database.config.ownerDatabaseUrl ?? '');
      url.username = role;
      url.password = attempt;
      const client = new pg.Client({ connectionString: url.href });
      await client.connect();
      await client.end();
    };
    await signIn(password);
    await expect(signIn(`${password}x`)).rejects.toMatchObject({ code: '28P01' });
    await api.database.owner.query(`drop role ${role}`);
  });

  it('has a salt of its own, and passwords do not repeat', async () => {
    expect(await scramVerifier('same')).not.toBe(await scramVerifier('same'));
    const many = Array.from({ length: 50 }, newDatabasePassword);
    expect(new Set(many).size).toBe(50);
    for (const password of many) expect(password).toMatch(/^pdb_[A-Za-z0-9_-]{32}$/);
  });
});

describe('a database password', () => {
  it('is shown once, kept as a verifier and recorded without either', async () => {
    const { password, databasePassword } = await make(mia, 'EIGHT_HOURS');
    expect(databasePassword).toMatchObject({
      user: { email: mia.email },
      environment: { slug: 'production' },
    });
    const lasts = Date.parse(databasePassword.expiresAt) - Date.parse(databasePassword.createdAt);
    expect(lasts).toBe(8 * 3_600_000);
    const { rows } = await api.database.owner.query('select * from database_password');
    expect(rows).toHaveLength(1);
    expect(JSON.stringify(rows)).not.toContain(password);
    const [event] = (await auditTrail(api, orgId())).filter(
      ({ kind }) => kind === 'database_password.created',
    );
    expect(event).toMatchObject({
      actor_label: mia.email,
      event: {
        target: { type: 'database_password', label: `${mia.email} in Production` },
        after: { environment: 'Production', expiresAt: databasePassword.expiresAt, replaced: false },
      },
    });
    expect(JSON.stringify(await auditTrail(api, orgId()))).not.toMatch(/SCRAM|pdb_/);
  });

  it('reaches the agents as its verifier, beside the person, and goes when it is revoked', async () => {
    const { databasePassword } = await make(mia);
    const known = await eventually('the verifier in a bundle', async () => {
      const principal = await principalOf(mia);
      return principal?.databasePassword?.expiresAt === databasePassword.expiresAt && principal;
    });
    const { rows } = await api.database.owner.query(
      'select verifier from database_password where user_id = $1',
      [mia.userId],
    );
    expect(known.databasePassword.verifier).toBe(rows[0].verifier);
    expect((await principalOf(audrey))?.databasePassword).toBeUndefined();
    expect((await revoke(mia, databasePassword.id)).errors).toEqual([]);
    await eventually('a bundle without it', async () => {
      const principal = await principalOf(mia);
      return principal && principal.databasePassword === undefined;
    });
  });

  it('replaces the one before, whose id then means nothing', async () => {
    const first = await make(mia);
    const second = await make(mia, 'NINETY_DAYS');
    expect(second.password).not.toBe(first.password);
    expect(await own(mia)).toEqual([second.databasePassword.id]);
    const late = await revoke(mia, first.databasePassword.id);
    expect(late.errors[0]?.extensions.code).toBe('database_password.not_found');
    expect(await own(mia)).toEqual([second.databasePassword.id]);
  });

  it('made many times at once is one', async () => {
    await Promise.all(Array.from({ length: 8 }, () => make(audrey)));
    expect(await own(audrey)).toHaveLength(1);
  });

  it('lasts as long as the list says, and not for ever', async () => {
    const answer = await api.graphql(
      MAKE,
      { orgId: orgId(), environmentId: company.environmentId, lifetime: 'FOREVER' },
      mia.cookie,
    );
    expect(answer.errors[0]?.extensions.code).toBe('input.invalid');
  });
});

describe('who sees and revokes', () => {
  it('others’ do not exist for members and auditors; admins revoke them, and it is recorded whose', async () => {
    const { databasePassword } = await make(mia);
    const other = await join(api, company, 'otto', 'member');
    const admin = await join(api, company, 'ada', 'admin');
    for (const person of [other, audrey])
      expect((await revoke(person, databasePassword.id)).errors[0]?.extensions.code).toBe(
        'database_password.not_found',
      );
    expect(await own(other)).toEqual([]);
    expect((await revoke(admin, databasePassword.id)).errors).toEqual([]);
    expect(await own(mia)).toEqual([]);
    const [event] = (await auditTrail(api, orgId())).filter(
      ({ kind }) => kind === 'database_password.revoked',
    );
    expect(event).toMatchObject({
      actor_label: admin.email,
      event: { target: { label: `${mia.email} in Production` } },
    });
  });

  it('auditors list everybody’s', async () => {
    const made = await make(mia);
    const data = await must<{
      databasePasswords: { totalCount: number; edges: { node: { id: string; user: { email: string } } }[] };
    }>(
      api,
      'query ($orgId: ID!) { databasePasswords(orgId: $orgId) { totalCount edges { node { id user { email } } } } }',
      { orgId: orgId() },
      audrey.cookie,
    );
    const nodes = data.databasePasswords.edges.map(({ node }) => node);
    expect(data.databasePasswords.totalCount).toBe(nodes.length);
    expect(nodes[0]).toEqual({ id: made.databasePassword.id, user: { email: mia.email } });
  });

  it('leaving the organisation ends it', async () => {
    const leaver = await join(api, company, 'lea', 'member');
    await make(leaver);
    const id = (await memberIds(api, company)).get(leaver.userId);
    await must(
      api,
      'mutation ($orgId: ID!, $id: ID!) { removeMember(orgId: $orgId, id: $id) }',
      { orgId: orgId(), id },
      company.cookie,
    );
    const { rows } = await api.database.owner.query('select 1 from database_password where user_id = $1', [
      leaver.userId,
    ]);
    expect(rows).toEqual([]);
  });
});

describe('where clients connect', () => {
  const ADDRESSES = `query ($orgId: ID!) { environments(orgId: $orgId) {
    wireAddresses { agentName isOnline host port tls } } }`;
  const addresses = async () =>
    (
      await must<{ environments: { wireAddresses: object[] }[] }>(
        api,
        ADDRESSES,
        { orgId: orgId() },
        mia.cookie,
      )
    ).environments[0]?.wireAddresses;

  it('is what the agents say, to members too', async () => {
    const peer = await enrolAgent(api, company, { name: 'one' });
    expect(await addresses()).toEqual([]);
    const wire = { host: 'db-gate.acme.test', port: 6432, tls: 'required' };
    expect((await peer.heartbeat({ wire })).status).toBe(200);
    expect(await addresses()).toEqual([{ agentName: 'one', isOnline: true, ...wire, tls: 'REQUIRED' }]);
    await api.database.owner.query("update agent set last_seen_at = now() - interval '46 seconds'");
    expect(await addresses()).toMatchObject([{ isOnline: false }]);
    expect((await peer.heartbeat()).status).toBe(200);
    expect(await addresses()).toEqual([]);
  });

  it.each(['$(id)', 'a b', '', "x'y", 'a;b', '-h'])('is no place for `%s`', async (host) => {
    const peer = await enrolAgent(api, company, { name: 'bad' });
    const answer = await peer.heartbeat({ wire: { host, port: 6432, tls: 'off' } });
    expect(answer).toMatchObject({ status: 400, body: { error: { code: 'input.invalid' } } });
  });
});
