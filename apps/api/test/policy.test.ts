import type { INestApplicationContext } from '@nestjs/common';
import { compilePolicy, evaluate, maskOf, policyBundle } from '@postern/core/policy';
import { PATHS } from '@postern/protocol/version';
import { compactVerify, importJWK } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWorker } from '../src/create-worker.js';
import { PublishPolicy } from '../src/policy/publish-policy.js';
import type { AgentPeer } from './agent-peer.js';
import { startTestApp, type TestApp } from './app.js';
import { auditTrail, type Company, enrolAgent, signUpCompany } from './company.js';
import { type EventStream, openStream } from './event-stream.js';
import { eventually } from './seed.js';

let api: TestApp;
let worker: INestApplicationContext;
let url: string;
const streams: EventStream[] = [];
beforeAll(async () => {
  api = await startTestApp();
  worker = await createWorker(api.database.config);
  await api.app.listen(0, '127.0.0.1');
  url = await api.app.getUrl();
});
afterAll(async () => {
  for (const stream of streams) stream.close();
  await worker.close();
  await api.close();
});

// biome-ignore lint/suspicious/noExplicitAny: looked into by expectations
async function ask(company: Company, query: string, variables: Record<string, unknown> = {}): Promise<any> {
  const answer = await api.graphql(query, { orgId: company.orgId, ...variables }, company.cookie);
  expect(answer.errors).toEqual([]);
  return answer.data;
}

const createRule = async (company: Company, rule: object): Promise<{ id: string; version: number }> =>
  (
    await ask(
      company,
      'mutation ($orgId: ID!, $rule: RuleInput!) { createRule(orgId: $orgId, rule: $rule) { id version } }',
      { rule },
    )
  ).createRule;

const createConnection = (company: Company, slug: string, environmentId = company.environmentId) =>
  ask(
    company,
    `mutation ($orgId: ID!, $environmentId: ID!, $slug: String!) {
      createConnection(orgId: $orgId, environmentId: $environmentId, slug: $slug, input: { name: $slug }) { id } }`,
    { environmentId, slug },
  );

/** What the agent gets, verified as an agent does. */
async function pull(peer: AgentPeer, version?: number) {
  const headers: Record<string, string> = version === undefined ? {} : { 'if-none-match': `"${version}"` };
  const answer = await peer.send('GET', PATHS.policy, undefined, { headers });
  if (answer.status !== 200) return { ...answer, bundle: undefined };
  const [key] = (
    JSON.parse(Buffer.from(answer.text.split('.')[1] ?? '', 'base64url').toString()) as {
      signingKeys: { x: string; kid: string }[];
    }
  ).signingKeys;
  const verified = await compactVerify(
    answer.text,
    await importJWK({ kty: 'OKP', crv: 'Ed25519', x: key?.x ?? '' }, 'EdDSA'),
  );
  expect(verified.protectedHeader).toMatchObject({ alg: 'EdDSA', kid: key?.kid });
  return { ...answer, bundle: policyBundle.parse(JSON.parse(new TextDecoder().decode(verified.payload))) };
}

async function listen(peer: AgentPeer, headers: Record<string, string> = {}): Promise<EventStream> {
  const token = await peer.token('GET', PATHS.stream);
  const stream = await openStream(url + PATHS.stream, { authorization: `Bearer ${token}`, ...headers });
  streams.push(stream);
  return stream;
}

const versionsOf = (stream: EventStream) =>
  stream.events.flatMap(({ event, data }) =>
    event === 'policy' ? (data as { version: number }).version : [],
  );

const told = (stream: EventStream, atLeast: number) =>
  eventually(`version ${atLeast} on the stream`, () => Math.max(0, ...versionsOf(stream)) >= atLeast);

describe('a rule saved in the UI', () => {
  let company: Company;
  let peer: AgentPeer;
  let stream: EventStream;
  beforeAll(async () => {
    company = await signUpCompany(api, 'acme');
    await createConnection(company, 'shop');
    peer = await enrolAgent(api, company);
    await eventually('the first policy', async () => (await pull(peer)).status === 200);
    stream = await listen(peer);
  });

  it('reaches the agent: outbox, queue, bundle, stream, pull', async () => {
    await told(stream, 1);
    const before = (await pull(peer)).bundle;
    expect(before && evaluate(compilePolicy(before), company.userId, 'shop')).toBe(0);
    await createRule(company, {
      connection: 'shop',
      permissions: ['read', 'explain'],
      members: [`user:${company.email}`],
    });
    await told(stream, (before?.version ?? 0) + 1);
    const after = (await pull(peer, before?.version)).bundle;
    expect(after && evaluate(compilePolicy(after), company.userId, 'shop')).toBe(maskOf(['read', 'explain']));
    expect(after).toMatchObject({
      orgId: company.orgId,
      environmentId: company.environmentId,
      leaseSeconds: 86_400,
      connections: [{ slug: 'shop', label: 'Production', rowCap: 1000 }],
      principals: [{ id: company.userId, email: company.email }],
    });
  });

  it('is not sent again to an agent that has it', async () => {
    const { bundle } = await pull(peer);
    const again = await pull(peer, bundle?.version);
    expect(again).toMatchObject({ status: 304, text: '' });
    expect((await pull(peer, 999)).status).toBe(200);
  });

  it('is recorded, with who it concerns counted', async () => {
    const [newest] = (await auditTrail(api, company.orgId)).filter((row) => row.kind === 'policy.published');
    expect(newest?.event).toMatchObject({
      actor: { type: 'system' },
      after: { connections: 1, people: 1, rules: 1 },
      policyVersion: (await pull(peer)).bundle?.version,
    });
  });

  it('says `*` for all permissions, groups and members as the spec writes them', async () => {
    await ask(
      company,
      `mutation ($orgId: ID!) { createGroup(orgId: $orgId, slug: "dba", name: "DBAs") { id } }`,
    ).then((data) =>
      ask(
        company,
        'mutation ($orgId: ID!, $id: ID!, $u: [ID!]!) { setGroupMembers(orgId: $orgId, id: $id, userIds: $u) { id } }',
        { id: data.createGroup.id, u: [company.userId] },
      ),
    );
    const { id } = await createRule(company, {
      connection: '*',
      permissions: ['*'],
      members: ['group:dba', '*'],
    });
    const bundle = await eventually('the rule', async () => {
      const found = (await pull(peer)).bundle;
      return found?.rules.some((rule) => rule.id === id) ? found : undefined;
    });
    expect(bundle.rules.find((rule) => rule.id === id)).toEqual({
      id,
      connection: '*',
      permissions: ['*'],
      members: ['group:dba', '*'],
    });
    expect(bundle.groups).toEqual([{ slug: 'dba', memberIds: [company.userId] }]);
  });

  it('of another environment stays out of this one', async () => {
    const { createEnvironment } = await ask(
      company,
      'mutation ($orgId: ID!) { createEnvironment(orgId: $orgId, slug: "staging", name: "Staging") { id } }',
    );
    await createConnection(company, 'shop-staging', createEnvironment.id);
    const { id } = await createRule(company, {
      connection: 'shop-staging',
      permissions: ['write'],
      members: ['*'],
    });
    const staging = await enrolAgent(api, { ...company, environmentId: createEnvironment.id });
    const bundle = await eventually('the rule in staging', async () => {
      const found = (await pull(staging)).bundle;
      return found?.rules.some((rule) => rule.id === id) ? found : undefined;
    });
    expect(bundle.connections.map((connection) => connection.slug)).toEqual(['shop-staging']);
    await eventually('an empty outbox', async () => {
      const { rows } = await api.database.owner.query('select 1 from outbox');
      return rows.length === 0;
    });
    expect(JSON.stringify((await pull(peer)).bundle)).not.toContain('shop-staging');
  });

  it('of another organisation stays out of this one', async () => {
    const rival = await signUpCompany(api, 'rival');
    await createConnection(rival, 'secret-db');
    const spy = await enrolAgent(api, rival);
    await eventually('the rival policy', async () =>
      JSON.stringify((await pull(spy)).bundle ?? {}).includes('secret-db'),
    );
    expect(JSON.stringify((await pull(peer)).bundle)).not.toContain('secret-db');
    expect(JSON.stringify((await pull(spy)).bundle)).not.toContain(company.email);
  });
});

describe('publication', () => {
  it('only ever raises the version, whoever publishes at the same time', async () => {
    const company = await signUpCompany(api, 'rush');
    await createConnection(company, 'shop');
    const publish = worker.get(PublishPolicy, { strict: false });
    const ids = { orgId: company.orgId, environmentId: company.environmentId };
    for (let round = 0; round < 3; round++) {
      await createRule(company, { connection: 'shop', permissions: ['read'], members: ['*'] });
      const versions = await Promise.all(Array.from({ length: 8 }, () => publish.run(ids)));
      const highest = Math.max(...versions.map((version) => version ?? 0));
      expect(await publish.run(ids)).toBe(highest);
    }
    const { rows } = await api.database.owner.query<{ version: number; content_digest: string }>(
      'select version, content_digest from policy_bundle where environment_id = $1 order by version',
      [company.environmentId],
    );
    expect(rows.map((row) => row.version)).toEqual(rows.map((_, i) => (rows[0]?.version ?? 0) + i));
    for (const [i, row] of rows.entries()) expect(row.content_digest).not.toBe(rows[i - 1]?.content_digest);
  });

  it('keeps the newest twenty-one bundles', async () => {
    const company = await signUpCompany(api, 'many');
    const publish = worker.get(PublishPolicy, { strict: false });
    const ids = { orgId: company.orgId, environmentId: company.environmentId };
    await eventually('the first', async () => (await publish.run(ids)) === 1);
    for (let i = 0; i < 25; i++) {
      await api.database.owner.query('update environment set name = $2 where id = $1', [
        company.environmentId,
        `name ${i}`,
      ]);
      await publish.run(ids);
    }
    const { rows } = await api.database.owner.query<{ versions: number[] }>(
      'select array_agg(version order by version) as versions from policy_bundle where environment_id = $1',
      [company.environmentId],
    );
    expect(rows[0]?.versions).toEqual(Array.from({ length: 21 }, (_, i) => i + 6));
  });

  it('of an environment that is gone, or of a foreign one, does nothing', async () => {
    const [one, two] = [await signUpCompany(api, 'gone-a'), await signUpCompany(api, 'gone-b')];
    const publish = worker.get(PublishPolicy, { strict: false });
    expect(await publish.run({ orgId: one.orgId, environmentId: two.environmentId })).toBeUndefined();
  });
});

describe('the stream', () => {
  let company: Company;
  let peer: AgentPeer;
  beforeAll(async () => {
    company = await signUpCompany(api, 'streams');
    peer = await enrolAgent(api, company);
    await eventually('the first policy', async () => (await pull(peer)).status === 200);
  });

  const touch = (name: string) =>
    ask(
      company,
      'mutation ($orgId: ID!, $id: ID!, $n: String!) { updateEnvironment(orgId: $orgId, id: $id, name: $n) { id } }',
      { id: company.environmentId, n: name },
    );

  it('tells an agent that is behind at once, and one that is not nothing', async () => {
    const { version = 0 } = (await pull(peer)).bundle ?? {};
    const behind = await listen(peer, { 'last-event-id': String(version - 1) });
    await told(behind, version);
    const current = await listen(peer, { 'last-event-id': String(version) });
    await touch('Renamed');
    await told(current, version + 1);
    expect(versionsOf(current)).toEqual([version + 1]);
  });

  it('tells what was missed while its own connection to the database was lost', async () => {
    const { version = 0 } = (await pull(peer)).bundle ?? {};
    const stream = await listen(peer, { 'last-event-id': String(version) });
    await api.database.owner.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'postern-listen' and datname = current_database()",
    );
    await touch(`Renamed ${version}`);
    await told(stream, version + 1);
  });

  it('keeps two connections of an agent, not more', async () => {
    const three = [await listen(peer), await listen(peer), await listen(peer)];
    await three[0]?.ended;
    const { version = 0 } = (await pull(peer)).bundle ?? {};
    await touch(`Again ${version}`);
    for (const stream of three.slice(1)) await told(stream, version + 1);
  });

  it('says `revoked` and ends', async () => {
    const doomed = await enrolAgent(api, company, { name: 'doomed' });
    const stream = await listen(doomed);
    await ask(company, 'mutation ($orgId: ID!, $id: ID!) { revokeAgent(orgId: $orgId, id: $id) { id } }', {
      id: doomed.agentId,
    });
    await stream.ended;
    expect(stream.events.at(-1)).toMatchObject({ event: 'revoked', data: {} });
  });

  it('is refused to whoever is no agent', async () => {
    await expect(openStream(url + PATHS.stream, {})).rejects.toThrow('401');
  });
});
