import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AuditEvent, CHAIN_START, chainHash } from '@postern/core/audit';
import { createDatabase, testServer, uniqueName } from '@postern/infra/test-server';
import pg from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { applyMigrations, MIGRATIONS_DIR } from '../src/migrate.js';
import { type AgentPeer, statementEvent } from './agent-peer.js';
import { startTestApp, type TestApp } from './app.js';
import { type Company, enrolAgent, signUpCompany } from './company.js';

let api: TestApp;
let acme: Company;
beforeAll(async () => {
  api = await startTestApp();
  acme = await signUpCompany(api, 'acme');
});
afterAll(() => api.close());

const owner = () => api.database.owner;

const finished = (intentId: string, more: Partial<AuditEvent> = {}): Partial<AuditEvent> => ({
  kind: 'statement.finished',
  statement: undefined,
  decision: undefined,
  required: undefined,
  intentId,
  outcome: { status: 'succeeded', rows: 5_000_000_000, durationMs: 2.5, sqlstate: null },
  ...more,
});

const rowOf = async (id: string) =>
  (
    await owner().query(
      `select status, duration_ms, row_count, result_bytes, sqlstate, finished_at, relations, required,
         host(client_address) as address, client_application, environment_id, tableoid::regclass::text as partition
       from audit_event where id = $1`,
      [id],
    )
  ).rows[0];

describe('a decision’s row', () => {
  let peer: AgentPeer;
  beforeAll(async () => {
    peer = await enrolAgent(api, acme);
  });

  it('has what searches need, in columns', async () => {
    const [link] = peer.record({
      relations: ['public.orders', 'items'],
      required: ['read', 'write'],
      client: { address: '[2001:db8::7]:51422', application: 'psql' },
    });
    await peer.push(link ? [link] : []);
    expect(await rowOf(link?.event.id ?? '')).toMatchObject({
      relations: ['public.orders', 'orders', 'items'],
      required: 3,
      address: '2001:db8::7',
      client_application: 'psql',
      environment_id: peer.environmentId,
      status: null,
      finished_at: null,
    });
  });

  it.each([
    ['the same push', (batch: Parameters<AgentPeer['push']>[0]) => [batch]],
    ['a later push', (batch: Parameters<AgentPeer['push']>[0]) => batch.map((link) => [link])],
  ])('says how it ended, when that comes with %s', async (_, pushes) => {
    const [decided] = peer.record({});
    const id = decided?.event.id ?? '';
    const ends = peer.record(
      finished(id),
      // Once ended it stays so.
      finished(id, { outcome: { status: 'failed', rows: null, durationMs: 9, sqlstate: '57014' } }),
    );
    for (const push of pushes(decided ? [decided, ...ends] : []))
      expect((await peer.push(push)).status).toBe(200);
    expect(await rowOf(id)).toMatchObject({
      status: 'succeeded',
      duration_ms: 2.5,
      row_count: '5000000000',
      sqlstate: null,
      finished_at: new Date(ends[0]?.event.at ?? 0),
    });
  });

  it('says it also where the clock was set back by a year meanwhile', async () => {
    const [decided] = peer.record({});
    const [end] = peer.record(finished(decided?.event.id ?? '', { at: '2025-01-01T00:00:00.000Z' }));
    await peer.push(decided ? [decided] : []);
    await peer.push(end ? [end] : []);
    expect(await rowOf(decided?.event.id ?? '')).toMatchObject({ status: 'succeeded' });
  });

  it('is changed by nobody else, and once only', async () => {
    const app = new pg.Client({ connectionString: api.database.config.databaseUrl });
    await app.connect();
    const [ended, open] = peer.record({}, {});
    const links = ended && open ? [ended, ...peer.record(finished(ended.event.id)), open] : [];
    // Numbers must follow each other.
    const chained = [...links].sort((a, b) => a.seq - b.seq);
    await peer.push(chained);
    await app.query("select set_config('app.org_id', $1, false)", [acme.orgId]);
    const set = (column: string, id = ended?.event.id) =>
      app.query(`update audit_event set ${column} where id = $1`, [id]);
    await expect(set("status = 'failed'")).rejects.toThrow(/has ended already/);
    await expect(set("kind = 'x'", open?.event.id)).rejects.toThrow(/permission denied/);
    await expect(set("event = '{}'", open?.event.id)).rejects.toThrow(/permission denied/);
    await app.end();
  });
});

describe('the organisation’s own chain', () => {
  it('holds every change, without a gap, also when many are made at the same time', async () => {
    const company = await signUpCompany(api, 'busy');
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, n) =>
        api.graphql(
          'mutation ($orgId: ID!, $slug: String!) { createGroup(orgId: $orgId, slug: $slug, name: "g") { id } }',
          { orgId: company.orgId, slug: `g${n}` },
          company.cookie,
        ),
      ),
    );
    expect(answers.flatMap((answer) => answer.errors)).toEqual([]);
    const { rows } = await owner().query<{ seq: string; hash: string; event: AuditEvent }>(
      `select seq, encode(hash, 'hex') as hash, event from audit_event
        where org_id = $1 and agent_id is null order by seq`,
      [company.orgId],
    );
    expect(rows.length).toBeGreaterThanOrEqual(13);
    let hash = CHAIN_START;
    for (const [index, row] of rows.entries()) {
      expect(Number(row.seq)).toBe(index + 1);
      hash = chainHash(hash, index + 1, row.event);
      expect(row.hash).toBe(hash);
    }
    const { rows: heads } = await owner().query('select seq, hash from org_audit_chain where org_id = $1', [
      company.orgId,
    ]);
    expect(heads).toEqual([{ seq: String(rows.length), hash }]);
  });
});

describe('partitions', () => {
  const partitions = async () =>
    (
      await owner().query<{ name: string }>(
        "select relid::regclass::text as name from pg_partition_tree('audit_event') where isleaf order by 1",
      )
    ).rows.map((row) => row.name);

  it('are there for the coming weeks', async () => {
    expect((await partitions()).length).toBeGreaterThanOrEqual(9);
  });

  it('for another time take over what waited in the default one', async () => {
    const peer = await enrolAgent(api, acme);
    const instants = ['2026-01-05T00:00:00.000Z', '2026-01-11T23:59:59.999Z', '1970-01-01T00:00:00.000Z'];
    const links = peer.record(...instants.map((at) => ({ at })));
    expect((await peer.push(links)).status).toBe(200);
    const where = () => Promise.all(links.map(async ({ event }) => (await rowOf(event.id)).partition));
    expect(new Set(await where())).toEqual(new Set(['postern_audit.audit_event_default']));

    const system = new pg.Client({ connectionString: api.database.config.systemDatabaseUrl });
    await system.connect();
    const make = async () =>
      (await system.query('select postern_audit_make_partitions() as made')).rows[0].made;
    expect(await make()).toBeGreaterThanOrEqual(1);
    expect(await make()).toBe(0);
    await system.end();
    expect(await where()).toEqual([
      'postern_audit.audit_event_20260105',
      'postern_audit.audit_event_20260105',
      'postern_audit.audit_event_default',
    ]);
    // Search goes on as if nothing had happened.
    const { rows } = await owner().query('select from audit_event where agent_id = $1', [peer.agentId]);
    expect(rows).toHaveLength(3);
  });

  it('take events while others are made', async () => {
    const peer = await enrolAgent(api, acme);
    const links = peer.record(
      ...Array.from({ length: 40 }, (_, n) => ({ at: new Date(Date.UTC(2025, 0, 1 + 7 * n)).toISOString() })),
    );
    const makers = Array.from({ length: 3 }, () => owner().query('select postern_audit_make_partitions()'));
    const pushes = await Promise.all(links.map((_, n) => peer.push(links.slice(0, n + 1))));
    await Promise.all(makers);
    expect(new Set(pushes.map((answer) => answer.status))).toEqual(new Set([200]));
    const { rows } = await owner().query('select seq from audit_event where agent_id = $1 order by seq', [
      peer.agentId,
    ]);
    expect(rows.map((row) => Number(row.seq))).toEqual(links.map((link) => link.seq));
  });
});

describe('a trail from before', () => {
  it('is carried over, ends with their decisions', async () => {
    const server = await testServer();
    const name = uniqueName('audit_before');
    const url = await createDatabase(server, name);
    const dir = mkdtempSync(join(tmpdir(), 'postern-migrations-'));
    for (const migration of ['20261121000000_init', '20261122000000_database_passwords'])
      cpSync(join(MIGRATIONS_DIR, migration), join(dir, migration), { recursive: true });
    await applyMigrations(url, dir);
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    const [orgId, environmentId, agentId] = [uuidv7(), uuidv7(), uuidv7()];
    await client.query("insert into org (id, slug, name) values ($1, 'o', 'o')", [orgId]);
    await client.query("insert into environment (id, org_id, slug, name) values ($1, $2, 'e', 'e')", [
      environmentId,
      orgId,
    ]);
    await client.query(
      `insert into agent (id, org_id, environment_id, name, public_key, console_url, agent_version, protocol_version)
       values ($1, $2, $3, 'a', 'k', 'http://x', '1', 1)`,
      [agentId, orgId, environmentId],
    );
    const decided = statementEvent({ required: ['read', 'export'] });
    const end = statementEvent(finished(decided.id));
    for (const [n, event] of [decided, end].entries())
      await client.query(
        `insert into audit_event (id, org_id, at, kind, actor_id, actor_label, intent_id, agent_id, seq, prev_hash, hash, search_text, event)
         values ($1, $2, $3, $4, 'u', 'u@x', $5, $6, $7, '', $8, 'text', $9)`,
        [event.id, orgId, event.at, event.kind, event.intentId, agentId, n + 1, 'ab'.repeat(32), event],
      );
    await applyMigrations(url);
    const { rows } = await client.query(
      `select kind, required, environment_id, status, row_count, encode(hash, 'hex') as hash, event ->> 'id' as id
         from audit_event order by seq`,
    );
    const same = {
      status: 'succeeded',
      row_count: '5000000000',
      environment_id: environmentId,
      hash: 'ab'.repeat(32),
    };
    expect(rows).toMatchObject([
      { ...same, kind: 'statement.decided', required: 65, id: decided.id },
      { ...same, kind: 'statement.finished', required: null, id: end.id },
    ]);
    const { rows: words } = await client.query(
      'select agent_id, first_seq, last_seq, words from audit_words',
    );
    expect(words).toEqual([{ agent_id: agentId, first_seq: '1', last_seq: '1', words: ' text ' }]);
    await client.end();
    rmSync(dir, { recursive: true, force: true });
  });
});
