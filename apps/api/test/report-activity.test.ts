import type { INestApplicationContext } from '@nestjs/common';
import type { AuditEvent } from '@postern/core/audit';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWorker } from '../src/create-worker.js';
import { countBy } from '../src/reports/audit-activity.store.js';
import { csvCell } from '../src/reports/render/csv.js';
import type { AgentPeer } from './agent-peer.js';
import { startTestApp, type TestApp } from './app.js';
import { enrolAgent } from './company.js';
import { type FurnishedCompany, furnish, join, must, type TestPerson } from './people.js';
import { ask, type Doc, finished, rowsOf } from './report-requests.js';
import { eventually, outboxSize } from './seed.js';

let api: TestApp;
let worker: INestApplicationContext;
let company: FurnishedCompany;
let peer: AgentPeer;
let ada: TestPerson;
let bob: TestPerson;

const run = <T = Record<string, { id: string }>>(document: string, more = {}): Promise<T> =>
  must<T>(api, document, { orgId: company.orgId, ...more }, company.cookie);

const published = () =>
  eventually('an empty outbox', async () => (await outboxSize(api.database.owner)) === 0);

const by = (person: TestPerson, more: Partial<AuditEvent> = {}): Partial<AuditEvent> => ({
  actor: { type: 'user', id: person.userId, label: person.email },
  ...more,
});

const statement = (text: string): AuditEvent['statement'] => ({
  text,
  bytes: text.length,
  sha256: '0'.repeat(64),
  truncated: false,
  kinds: ['X'],
});

beforeAll(async () => {
  api = await startTestApp();
  worker = await createWorker(api.database.config);
  company = await furnish(api, 'acme');
  ada = await join(api, company, 'ada', 'member');
  bob = await join(api, company, 'bob', 'member');
  await run(
    'mutation ($orgId: ID!, $id: ID!, $userIds: [ID!]!) { setGroupMembers(orgId: $orgId, id: $id, userIds: $userIds) { id } }',
    {
      id: company.groupId,
      userIds: [ada.userId, bob.userId],
    },
  );
  const rule = (connection: string, permissions: string[], members: string[]) =>
    run('mutation ($orgId: ID!, $rule: RuleInput!) { createRule(orgId: $orgId, rule: $rule) { id } }', {
      rule: { connection, permissions, members },
    });
  await rule('shop', ['write', 'ddl'], ['group:dba']);
  await rule('shop', ['admin'], [`user:${bob.email}`]);
  await published();
  await api.database.owner.query(
    "update policy_version set published_at = published_at - interval '40 days'",
  );
  await rule('shop', ['execute'], ['*']); // too new to be dormant
  await published();
  peer = await enrolAgent(api, company);
  const drop = by(ada, {
    id: uuidv7(),
    required: ['ddl'],
    statement: statement('drop table "\u0000old"'),
    ruleIds: ['r1'],
  });
  const pushed = await peer.push(
    peer.record(
      by(ada, { required: ['read'] }),
      drop,
      by(ada, {
        kind: 'statement.finished',
        intentId: drop.id ?? '',
        outcome: { status: 'failed', rows: null, durationMs: 2, sqlstate: '42P01' },
        statement: undefined,
        required: undefined,
        decision: undefined,
      }),
      by(bob, { required: ['read'], statement: statement('=cmd()') }),
      by(bob, { decision: 'denied', required: ['export'], missing: ['export'], reason: 'needs export' }),
      by(bob, {
        decision: 'denied',
        connection: { id: 'x', slug: 'other' },
        missing: ['read'],
        statement: statement('x'.repeat(5_000)),
      }),
    ),
  );
  expect(pushed.status).toBe(200);
});
afterAll(async () => {
  await worker.close();
  await api.close();
});

const made = async (kind: string, parameters: Record<string, unknown> = {}): Promise<Doc> =>
  finished(api, company, await ask(api, company, kind, parameters));

describe('privileged activity', () => {
  it('lists what used power, by whom and how it ended', async () => {
    const { document } = await made('PRIVILEGED_ACTIVITY');
    expect(rowsOf(document, 'statements')).toMatchObject([
      { Who: ada.email, Connection: 'shop', Permissions: 'ddl', Outcome: 'failed (42P01)', Rules: 'r1' },
    ]);
    expect(rowsOf(document, 'people')).toEqual([
      { Who: ada.email, Statements: 1, ddl: 1, admin: 0, execute: 0 },
    ]);
  });

  it('takes other permissions, a person and a connection', async () => {
    const reads = await made('PRIVILEGED_ACTIVITY', {
      permissions: ['read'],
      person: bob.email,
      connection: 'shop',
    });
    expect(rowsOf(reads.document, 'statements')).toMatchObject([{ Who: bob.email, Outcome: 'unknown' }]);
  });
});

describe('refusals', () => {
  it('lists refused statements and operations, newest first, long texts cut', async () => {
    await api.graphql(
      'query ($orgId: ID!) { rules(orgId: $orgId) { totalCount } }',
      { orgId: company.orgId },
      ada.cookie,
    );
    const { document } = await made('REFUSALS');
    const rows = rowsOf(document, 'refusals');
    expect(rows.map((row) => [row.Who, row.What, row.Connection, row.Missing])).toEqual([
      [ada.email, 'access.refused', null, ''],
      [bob.email, 'statement.decided', 'other', 'read'],
      [bob.email, 'statement.decided', 'shop', 'export'],
    ]);
    expect(String(rows[1]?.Statement)).toHaveLength(501);
    expect(rowsOf(document, 'people')[0]).toEqual({ Who: bob.email, Refusals: 2 });
  });
});

describe('dormant access', () => {
  it('proposes to narrow rules that nobody uses, and to take away what one person does not use', async () => {
    const { document } = await made('DORMANT_ACCESS', { days: 30 });
    const rules = rowsOf(document, 'rules');
    expect(rules.map((row) => [row.Rule, row['Never used by anybody'], row.Proposal])).toEqual([
      ['write, ddl on shop for group:dba', 'write', 'remove write from the rule; keep ddl'],
      [`admin on shop for user:${bob.email}`, 'admin', 'delete the rule: nobody used any of it'],
    ]);
    const rows = rowsOf(document, 'access');
    expect(rows.map((row) => [row['E-mail'], row['Never used'], row.Used])).toEqual([
      [ada.email, 'write', 'read, ddl'],
      [bob.email, 'write, ddl, admin', 'read'],
    ]);
    expect(rows[1]?.Proposal).toContain('others in group:dba use ddl: give them a rule of their own');
  });

  it('says nothing of what has not been held for so long', async () => {
    const { document } = await made('DORMANT_ACCESS', { days: 60 });
    expect(rowsOf(document, 'access')).toEqual([]);
  });
});

describe('coverage of an agent', () => {
  it('counts what is online and names what is behind', async () => {
    await peer.heartbeat({
      connections: [{ slug: 'shop', status: 'down', detail: 'refused' }],
      spoolDepth: 5_000,
    });
    const { document } = await made('COVERAGE');
    expect(rowsOf(document, 'connections')[0]).toMatchObject({ 'Agents online': '1 of 1', Rules: 4 });
    expect(String(rowsOf(document, 'connections')[0]?.Finding)).toMatch(
      /cannot reach the database; .* enforces version 0 of \d/,
    );
    expect(String(rowsOf(document, 'agents')[0]?.Finding)).toMatch(
      /not on the newest policy; 5000 audit events wait/,
    );
  });
});

describe('cells', () => {
  it.each([
    ['=1+1', "'=1+1"],
    ['-2', "'-2"],
    ['@x', "'@x"],
    ['a,b', '"a,b"'],
    ['say "hi"', '"say ""hi"""'],
    ['two\nlines', '"two\nlines"'],
    [7, '7'],
    [null, ''],
  ])('%j is written %j', (value, text) => {
    expect(csvCell(value)).toBe(text);
  });

  it('counts by key, most first', () => {
    expect(countBy(['b', 'a', 'b', 'c'], (key) => key)).toEqual([
      ['b', 2],
      ['a', 1],
      ['c', 1],
    ]);
  });
});
