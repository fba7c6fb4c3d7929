import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chainHash } from '@postern/core/audit';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AuditUpkeep } from '../src/audit-proof/audit-upkeep.js';
import { KeepAnchors } from '../src/audit-proof/keep-anchors.js';
import { MakeAnchor } from '../src/audit-proof/make-anchor.js';
import { SigningKey } from '../src/policy/signing-key.js';
import { SystemDb } from '../src/tenancy/system-db.js';
import { TenantDb } from '../src/tenancy/tenant-db.js';
import type { AgentPeer } from './agent-peer.js';
import { startTestApp, type TestApp } from './app.js';
import { auditTrail, type Company, enrolAgent, signUpCompany } from './company.js';

let api: TestApp;
let acme: Company;
let peer: AgentPeer;
let client: pg.PoolClient;
let anchors: MakeAnchor;
let upkeep: AuditUpkeep;
const folder = mkdtempSync(join(tmpdir(), 'postern-anchors-'));

beforeAll(async () => {
  api = await startTestApp({ auditAnchorDir: folder });
  acme = await signUpCompany(api, 'acme');
  peer = await enrolAgent(api, acme);
  const links = peer.record({}, {}, {});
  await peer.push([
    ...links,
    ...peer.record(
      {
        kind: 'statement.finished',
        intentId: links[0]?.event.id,
        statement: undefined,
        decision: undefined,
        outcome: { status: 'succeeded', rows: 5_000_000_000, durationMs: 2.5, sqlstate: null },
      },
      {
        client: { address: '[2001:DB8:0::7]:5', application: 'a\0b' },
        relations: ['public.t'],
        reason: '\ud800',
      },
      {},
    ),
  ]);
  client = await api.database.owner.connect();
  const config = { ...api.database.config, auditAnchorDir: folder };
  const [db, system] = [api.app.get(TenantDb), api.app.get(SystemDb)];
  anchors = new MakeAnchor(db, api.app.get(SigningKey, { strict: false }));
  upkeep = new AuditUpkeep(system, db, anchors, new KeepAnchors(db, config));
}, 60_000);
afterAll(async () => {
  client.release();
  await api.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Verification {
  checked: number;
  anchors: number;
  upToSeq: number;
  cursor: string | null;
  problem: { code: string; seq: number | null; eventId: string | null; message: string } | null;
}

async function verify(chain: string, range: { from?: string; to?: string } = {}): Promise<Verification> {
  const answer = await api.graphql<{ verifyAudit: Verification }>(
    `query ($orgId: ID!, $chain: ID!, $from: DateTime, $to: DateTime) {
      verifyAudit(orgId: $orgId, chain: $chain, from: $from, to: $to) {
        checked anchors upToSeq cursor problem { code seq eventId message } } }`,
    { orgId: acme.orgId, chain, ...range },
    acme.cookie,
  );
  if (!answer.data) throw new Error(JSON.stringify(answer.errors));
  return answer.data.verifyAudit;
}

/** As somebody who owns the table and knows how to get round its triggers; undone afterwards. */
async function tampered(sql: string[], look: () => Promise<unknown>): Promise<void> {
  // The change must be seen by the api's own connections, so it is made and then put back.
  await client.query("set session_replication_role = 'replica'");
  await client.query('create temp table kept as select * from audit_event');
  const { rows: heads } = await client.query('select id, audit_seq, audit_hash from agent');
  try {
    for (const statement of sql) await client.query(statement);
    await look();
  } finally {
    await client.query('delete from audit_event');
    await client.query('insert into audit_event select * from kept');
    await client.query('drop table kept');
    for (const { id, audit_seq, audit_hash } of heads)
      await client.query('update agent set audit_seq = $2, audit_hash = $3 where id = $1', [
        id,
        audit_seq,
        audit_hash,
      ]);
    await client.query("set session_replication_role = 'origin'");
  }
}

const row = (seq: number) => `agent_id = '${peer.agentId}' and seq = ${seq}`;

describe('verification', () => {
  it('finds a whole trail whole: agents’ chains and the organisation’s own', async () => {
    const answer = await api.graphql<{ auditChains: { id: string; name: string | null; headSeq: number }[] }>(
      'query ($orgId: ID!) { auditChains(orgId: $orgId) { id name isAgent headSeq } }',
      { orgId: acme.orgId },
      acme.cookie,
    );
    expect(answer.data?.auditChains).toMatchObject([
      { id: acme.orgId, name: null, isAgent: false },
      { id: peer.agentId, name: 'agent one', isAgent: true, headSeq: 6 },
    ]);
    for (const { id, headSeq } of answer.data?.auditChains ?? [])
      expect(await verify(id)).toMatchObject({
        checked: headSeq,
        upToSeq: headSeq,
        cursor: null,
        problem: null,
      });
  });

  it('of a time checks what lies in it', async () => {
    const whole = await verify(peer.agentId, { from: '2020-01-01T00:00:00Z', to: '2100-01-01T00:00:00Z' });
    expect(whole).toMatchObject({ checked: 6, problem: null });
    expect(await verify(peer.agentId, { from: '2100-01-01T00:00:00Z' })).toMatchObject({
      checked: 0,
      problem: null,
    });
  });

  const json = (seq: number) => `(select event from audit_event where ${row(seq)})`;
  it.each<[string, () => string[], { code: string; seq: number | null }]>([
    [
      'an event that was changed',
      () => [
        `update audit_event set event = replace(event::text, 'select 1', 'select 2')::json where ${row(2)}`,
      ],
      { code: 'altered', seq: 2 },
    ],
    [
      'an event that was deleted',
      () => [`delete from audit_event where ${row(3)}`],
      { code: 'missing', seq: 3 },
    ],
    ['the first one deleted', () => [`delete from audit_event where ${row(1)}`], { code: 'missing', seq: 1 }],
    [
      'one that was put in beside another',
      () => [
        `insert into audit_event select (jsonb_populate_record(e, jsonb_build_object('id', gen_random_uuid(), 'at', e.at + interval '1 s'))).*
         from audit_event e where ${row(3)}`,
      ],
      { code: 'repeated', seq: 3 },
    ],
    [
      'one that was put behind the end',
      () => [
        `insert into audit_event select (jsonb_populate_record(e, jsonb_build_object('id', gen_random_uuid(), 'seq', 7))).*
         from audit_event e where ${row(6)}`,
      ],
      { code: 'altered', seq: 7 },
    ],
    [
      'two that were swapped',
      () => [
        `update audit_event set seq = 100 where ${row(2)}`,
        `update audit_event set seq = 2 where ${row(3)}`,
        `update audit_event set seq = 3 where ${row(100)}`,
      ],
      { code: 'altered', seq: 2 },
    ],
    [
      'two whose events were swapped',
      () => [
        `update audit_event set event = case seq when 5 then ${json(6)} else ${json(5)} end
          where agent_id = '${peer.agentId}' and seq in (5, 6)`,
      ],
      { code: 'altered', seq: 5 },
    ],
    [
      'the last ones cut off',
      () => [`delete from audit_event where agent_id = '${peer.agentId}' and seq > 4`],
      { code: 'cut_off', seq: 5 },
    ],
    [
      'all of it gone',
      () => [`delete from audit_event where agent_id = '${peer.agentId}'`],
      { code: 'cut_off', seq: 1 },
    ],
    [
      'a column that searches look into',
      () => [`update audit_event set actor_label = 'somebody@else' where ${row(2)}`],
      { code: 'search_columns', seq: 2 },
    ],
    [
      'a text that searches look into',
      () => [`update audit_event set search_text = 'nothing' where ${row(5)}`],
      { code: 'search_columns', seq: 5 },
    ],
    [
      'an outcome that was changed',
      () => [`update audit_event set row_count = 1 where ${row(1)}`],
      { code: 'search_columns', seq: 1 },
    ],
    [
      'an outcome that never was',
      () => [
        `update audit_event set status = 'succeeded', duration_ms = 1, finished_at = now() where ${row(3)}`,
      ],
      { code: 'search_columns', seq: 3 },
    ],
  ])('names %s', async (_, sql, expected) => {
    await tampered(sql(), async () => {
      expect((await verify(peer.agentId)).problem).toMatchObject(expected);
    });
    expect((await verify(peer.agentId)).problem).toBeNull();
  });

  it('names an event that stands in no chain, and one of an agent that nobody enrolled', async () => {
    const copy = (changes: string) =>
      `insert into audit_event select (jsonb_populate_record(e, ${changes})).* from audit_event e where ${row(3)}`;
    await tampered(
      [copy("jsonb_build_object('id', gen_random_uuid(), 'agent_id', null, 'seq', null, 'hash', null)")],
      async () => expect((await verify(acme.orgId)).problem).toMatchObject({ code: 'unchained' }),
    );
    const stranger = '01a0c0de-0000-7000-8000-00000000dead';
    await tampered(
      [copy(`jsonb_build_object('id', gen_random_uuid(), 'agent_id', '${stranger}', 'seq', 1)`)],
      async () => expect((await verify(stranger)).problem).toMatchObject({ code: 'altered', seq: 1 }),
    );
  });

  it('walks page by page, and refuses a cursor that is none', async () => {
    const bad = await api.graphql(
      'query ($orgId: ID!, $chain: ID!) { verifyAudit(orgId: $orgId, chain: $chain, cursor: "x") { checked } }',
      { orgId: acme.orgId, chain: peer.agentId },
      acme.cookie,
    );
    expect(bad.errors[0]?.extensions).toMatchObject({ code: 'input.invalid', field: 'cursor' });
    const many = await enrolAgent(api, acme);
    for (let n = 0; n < 11; n += 1) await many.push(many.record(...Array.from({ length: 500 }, () => ({}))));
    let cursor: string | null = null;
    const pages: number[] = [];
    do {
      const answer: { data: { verifyAudit: Verification } | null } = await api.graphql<{
        verifyAudit: Verification;
      }>(
        `query ($orgId: ID!, $chain: ID!, $cursor: String) {
          verifyAudit(orgId: $orgId, chain: $chain, cursor: $cursor) { checked upToSeq cursor problem { code } } }`,
        { orgId: acme.orgId, chain: many.agentId, cursor },
        acme.cookie,
      );
      pages.push(answer.data?.verifyAudit.checked ?? -1);
      cursor = answer.data?.verifyAudit.cursor ?? null;
    } while (cursor !== null);
    expect(pages).toEqual([5_000, 500]);
  });
});

describe('anchors', () => {
  it('are signed once a day, in the table and outside, each naming the one before', async () => {
    expect(await anchors.run(acme.orgId)).toBe(true);
    expect(await anchors.run(acme.orgId)).toBe(false);
    const tomorrow = new Date(Date.now() + 86_500_000);
    expect(await anchors.run(acme.orgId, tomorrow), 'nothing was added').toBe(false);
    await peer.push(peer.record({}));
    expect(await anchors.run(acme.orgId, tomorrow)).toBe(true);
    const { rows } = await client.query(
      'select number, jws from audit_anchor where org_id = $1 order by number',
      [acme.orgId],
    );
    expect(rows.map(({ number }) => number)).toEqual(['1', '2']);
    await new KeepAnchors(api.app.get(TenantDb), api.database.config).run(acme.orgId);
    expect(readdirSync(folder)).toEqual([`${acme.orgId}.jws`]);
    expect(readFileSync(join(folder, `${acme.orgId}.jws`), 'utf8')).toBe(
      `${rows.map(({ jws }) => jws).join('\n')}\n`,
    );
    expect((await verify(peer.agentId)).problem).toBeNull();
  });

  it('show a chain that was cut off or made anew, though its head fits', async () => {
    const cutOff = [
      `delete from audit_event where agent_id = '${peer.agentId}' and seq > 4`,
      `update agent set audit_seq = 4, audit_hash = (select encode(hash, 'hex') from audit_event where ${row(4)}) where id = '${peer.agentId}'`,
    ];
    await tampered(cutOff, async () => {
      expect((await verify(peer.agentId)).problem).toMatchObject({ code: 'cut_off', seq: 5 });
    });
    const { rows } = await client.query(
      `select seq::int, event, encode(hash, 'hex') as hash from audit_event where agent_id = $1 order by seq`,
      [peer.agentId],
    );
    let hash = rows[1].hash;
    const anew = rows.slice(2).map(({ seq, event }) => {
      const changed = seq === 3 ? { ...event, policyVersion: 99 } : event;
      hash = chainHash(hash, seq, changed);
      const text = JSON.stringify(changed).replaceAll("'", "''");
      return `update audit_event set hash = decode('${hash}', 'hex'), event = '${text}' where ${row(seq)}`;
    });
    anew.push(`update agent set audit_hash = '${hash}' where id = '${peer.agentId}'`);
    await tampered(anew, async () => {
      expect((await verify(peer.agentId)).problem).toMatchObject({ code: 'rewritten', seq: 6 });
    });
  });

  it('are missed when they are gone or changed themselves', async () => {
    const { rows } = await client.query(
      'delete from audit_anchor where org_id = $1 and number = 1 returning *',
      [acme.orgId],
    );
    expect((await verify(peer.agentId)).problem).toMatchObject({
      code: 'rewritten',
      message: expect.stringContaining('anchor 1'),
    });
    await client.query('insert into audit_anchor values ($1, $2, $3, $4, $5)', Object.values(rows[0]));
    const whole = await verify(peer.agentId);
    expect(whole.problem).toBeNull();
    expect(whole.anchors).toBeGreaterThan(0);
  });
});

describe('retention', () => {
  const keep = (retentionDays: number | null, hold: string | null, who: Company = acme) =>
    api.graphql(
      'mutation ($orgId: ID!, $retentionDays: Int, $hold: String) { setAuditKeeping(orgId: $orgId, retentionDays: $retentionDays, hold: $hold) { auditRetentionDays auditHold } }',
      { orgId: acme.orgId, retentionDays, hold },
      who.cookie,
    );
  const stored = async (agentId: string) =>
    (await client.query('select seq from audit_event where agent_id = $1 order by seq', [agentId])).rows.map(
      (r) => Number(r.seq),
    );
  const daysAgo = (days: number) => ({ at: new Date(Date.now() - days * 86_400_000).toISOString() });

  it('removes what is older, holds back under a legal hold, and the rest still verifies', async () => {
    const old = await enrolAgent(api, acme);
    // A clock that stepped back leaves an old event among newer ones.
    await old.push(old.record(...[90, 80, 70, 3, 75, 2, 1].map(daysAgo)));
    const neighbour = await signUpCompany(api, 'neighbour');
    const theirs = await enrolAgent(api, neighbour);
    await theirs.push(theirs.record(daysAgo(90)));

    const preview = await api.graphql(
      'query ($orgId: ID!) { auditKeepingPreview(orgId: $orgId, retentionDays: 60) { events isExact oldestAt } }',
      { orgId: acme.orgId },
      acme.cookie,
    );
    expect(preview.data?.auditKeepingPreview).toMatchObject({ events: 4, isExact: true });
    expect((await keep(29, null)).errors[0]?.extensions).toMatchObject({ code: 'input.invalid' });
    expect((await keep(60, 'case 4711')).errors).toEqual([]);
    await upkeep.run();
    expect(await stored(old.agentId)).toEqual([1, 2, 3, 4, 5, 6, 7]);

    expect((await keep(60, null)).errors).toEqual([]);
    await upkeep.run();
    expect(await stored(old.agentId)).toEqual([4, 6, 7]);
    expect(await stored(theirs.agentId)).toEqual([1]);
    expect(await verify(old.agentId)).toMatchObject({ checked: 3, upToSeq: 7, problem: null });
    expect((await verify(acme.orgId)).problem).toBeNull();
    const kinds = (await auditTrail(api, acme.orgId)).map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'audit.expired').length).toBeGreaterThan(0);
    expect(kinds.filter((kind) => kind === 'org.updated')).toHaveLength(2);

    // Who deletes and then claims that it was retention is found.
    await client.query('delete from audit_event where agent_id = $1 and seq = 6', [old.agentId]);
    expect((await verify(old.agentId)).problem).toMatchObject({ code: 'missing', seq: 6 });
    await client.query(
      `insert into audit_expired (org_id, chain_id, from_seq, to_seq, last_hash)
       select $1, $2, 6, 6, 'x'`,
      [acme.orgId, old.agentId],
    );
    expect((await verify(old.agentId)).problem?.code).toMatch(/altered|unproved/);
    await client.query('delete from audit_expired where from_seq = 6');
  });

  it('forgets the names of whoever has no event left, and only theirs', async () => {
    const gone = { type: 'user' as const, id: 'gone', label: 'gone@acme.example' };
    const stays = { type: 'user' as const, id: 'stays', label: 'stays@acme.example' };
    const client90 = { address: '10.0.0.1:1', application: 'old-program' };
    const old = await enrolAgent(api, acme);
    await old.push(
      old.record(
        { ...daysAgo(90), actor: gone, client: client90 },
        { ...daysAgo(90), actor: stays },
        { actor: stays },
      ),
    );
    const names = async () =>
      (await client.query('select name from audit_name where org_id = $1', [acme.orgId])).rows.map(
        ({ name }) => name,
      );
    expect(await names()).toEqual(expect.arrayContaining([gone.label, stays.label, 'old-program']));
    await keep(60, null);
    await upkeep.run();
    expect(await names()).toContain(stays.label);
    expect(await names()).not.toContain(gone.label);
    expect(await names()).not.toContain('old-program');
  });

  it('cannot be hurried by whoever runs the removal', async () => {
    await keep(null, null);
    const before = (await client.query('select count(*)::int as n from audit_event')).rows[0].n;
    await client.query("select set_config('app.org_id', $1, false)", [acme.orgId]);
    expect((await client.query('select * from postern_audit_expire()')).rows).toEqual([]);
    expect((await client.query('select count(*)::int as n from audit_event')).rows[0].n).toBe(before);
  });

  it('drops partitions of the past that nothing is left in', async () => {
    const names = async () =>
      (
        await client.query(
          "select relid::regclass::text as n from pg_partition_tree('audit_event') where isleaf",
        )
      ).rows.map((r) => r.n);
    await client.query("select postern_audit_partition('2025-03-05')");
    expect(await names()).toContain('postern_audit.audit_event_20250303');
    await upkeep.run();
    expect(await names()).not.toContain('postern_audit.audit_event_20250303');
  });
});
