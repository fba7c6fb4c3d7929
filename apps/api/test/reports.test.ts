import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { INestApplicationContext } from '@nestjs/common';
import { canonicalJson } from '@postern/core/audit';
import { flattenedVerify, importJWK, type JWK } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWorker } from '../src/create-worker.js';
import { ExpireReports } from '../src/reports/expire-reports.js';
import { ReportKindName } from '../src/reports/report.input.js';
import { startTestApp, type TestApp } from './app.js';
import { auditTrail } from './company.js';
import { type FurnishedCompany, furnish, join, must, type TestPerson } from './people.js';
import { ask, type Doc, downloadText, finished, rowsOf } from './report-requests.js';
import { eventually, outboxSize } from './seed.js';

/** The program that auditors check reports with, as it is built. */
const POSTERN = fileURLToPath(new URL('../../agent/dist/cli.js', import.meta.url));

let api: TestApp;
let worker: INestApplicationContext;
let company: FurnishedCompany;
let zoe: TestPerson;
let beforeZoe: string;
let beforeRule: string;

const published = () =>
  eventually('an empty outbox', async () => (await outboxSize(api.database.owner)) === 0);

async function mutate<T = Record<string, { id: string }>>(document: string, more = {}): Promise<T> {
  return must<T>(api, document, { orgId: company.orgId, ...more }, company.cookie);
}

/** An instant between what happened and what comes. */
async function aMoment(): Promise<string> {
  await published();
  await new Promise((resolve) => setTimeout(resolve, 20));
  const at = new Date().toISOString();
  await new Promise((resolve) => setTimeout(resolve, 20));
  return at;
}

beforeAll(async () => {
  api = await startTestApp();
  worker = await createWorker(api.database.config);
  company = await furnish(api, 'acme');
  zoe = await join(api, company, 'zoe', 'member');
  beforeZoe = await aMoment();
  await mutate(
    'mutation ($orgId: ID!, $id: ID!, $userIds: [ID!]!) { setGroupMembers(orgId: $orgId, id: $id, userIds: $userIds) { id } }',
    {
      id: company.groupId,
      userIds: [zoe.userId],
    },
  );
  beforeRule = await aMoment();
  await mutate(
    'mutation ($orgId: ID!, $id: ID!, $rule: RuleInput!) { updateRule(orgId: $orgId, id: $id, version: 1, rule: $rule) { id } }',
    {
      id: company.ruleId,
      rule: {
        connection: 'shop',
        permissions: ['read', 'write'],
        members: ['group:dba', `user:${company.email}`],
      },
    },
  );
  await published();
});
afterAll(async () => {
  await worker.close();
  await api.close();
});

const made = async (kind: string, parameters: Record<string, unknown> = {}): Promise<Doc> =>
  finished(api, company, await ask(api, company, kind, parameters));

describe('who can do what', () => {
  it('says who holds what now, and through which rule and group', async () => {
    const report = await made('WHO_CAN_WHAT');
    const rows = rowsOf(report.document, 'access');
    expect(rows).toHaveLength(2);
    expect(rows.find((row) => row['E-mail'] === zoe.email)).toMatchObject({
      Person: 'zoe',
      Environment: 'Production',
      Connection: 'shop',
      Permissions: 'read, write',
      Through: 'group:dba',
      'Rule ids': company.ruleId,
    });
    expect(report.document.policyVersions).toMatchObject([{ environment: 'Production' }]);
    expect(report.document.organisation.id).toBe(company.orgId);
  });

  it.each([
    ['before the first member', () => beforeZoe, []],
    ['before the rule gave more', () => beforeRule, ['read']],
  ])('replays the past: %s', async (_, at, permissions) => {
    const { document } = await made('WHO_CAN_WHAT', { at: at() });
    expect(rowsOf(document, 'access').map((row) => row.Permissions)).toEqual(permissions);
  });

  it('knows no access from before anything was published', async () => {
    const { document } = await made('WHO_CAN_WHAT', { at: '2020-01-01T00:00:00Z' });
    expect(document).toMatchObject({ policyVersions: [], tables: [{ totalRows: 0 }] });
  });

  it('narrows to a person and a connection', async () => {
    const one = await made('WHO_CAN_WHAT', { person: zoe.email.toUpperCase() });
    expect(rowsOf(one.document, 'access').map((row) => row['E-mail'])).toEqual([zoe.email]);
    const none = await made('WHO_CAN_WHAT', { connection: 'other' });
    expect(rowsOf(none.document, 'access')).toEqual([]);
  });

  it('survives the removal of the person, the group, the connection and the environment', async () => {
    const other = await furnish(api, 'leavers');
    await published();
    const gone = await join(api, other, 'gone', 'member');
    const run = (document: string, more = {}) =>
      must(api, document, { orgId: other.orgId, ...more }, other.cookie);
    await run(
      'mutation ($orgId: ID!, $id: ID!, $userIds: [ID!]!) { setGroupMembers(orgId: $orgId, id: $id, userIds: $userIds) { id } }',
      {
        id: other.groupId,
        userIds: [gone.userId],
      },
    );
    const at = await aMoment();
    await run('mutation ($orgId: ID!, $id: ID!) { deleteRule(orgId: $orgId, id: $id, version: 1) }', {
      id: other.ruleId,
    });
    await run('mutation ($orgId: ID!, $id: ID!) { deleteConnection(orgId: $orgId, id: $id) }', {
      id: other.connectionId,
    });
    await run('mutation ($orgId: ID!, $id: ID!) { deleteGroup(orgId: $orgId, id: $id) }', {
      id: other.groupId,
    });
    await run('mutation ($orgId: ID!, $id: ID!) { deleteEnvironment(orgId: $orgId, id: $id) }', {
      id: other.environmentId,
    });
    await published();
    const then = await finished(api, other, await ask(api, other, 'WHO_CAN_WHAT', { at }));
    expect(rowsOf(then.document, 'access')).toMatchObject([{ 'E-mail': gone.email, Permissions: 'read' }]);
    const now = await finished(api, other, await ask(api, other, 'WHO_CAN_WHAT', {}));
    expect(now.document).toMatchObject({ policyVersions: [], tables: [{ totalRows: 0 }] });
  });
});

describe('changes of access', () => {
  it('names who gained what, when, and who changed what', async () => {
    const { document } = await made('ACCESS_CHANGES');
    const rows = rowsOf(document, 'changes');
    const changes = rows.map((row) => [row['E-mail'], row.Gained, row.Lost, row.By, row.Change]);
    const rule = 'rule.updated read, write on shop for group:dba, user:owner@acme.test';
    expect(changes).toHaveLength(3);
    expect(changes[0]).toEqual([zoe.email, 'read', '', company.email, 'group.updated dba']);
    expect(changes).toContainEqual([zoe.email, 'write', '', company.email, rule]);
    expect(changes).toContainEqual([company.email, 'read, write', '', company.email, rule]);
  });

  it('lists what happened in the period alone', async () => {
    const { document } = await made('ACCESS_CHANGES', { from: beforeZoe, to: beforeRule });
    expect(rowsOf(document, 'changes').map((row) => row.Gained)).toEqual(['read']);
  });
});

describe('coverage', () => {
  it('says which connections nobody governs', async () => {
    const { document } = await made('COVERAGE');
    expect(rowsOf(document, 'connections')).toMatchObject([
      { Connection: 'shop', 'Agents online': '0 of 0', Rules: 1, Finding: 'no agent is configured for it' },
    ]);
  });
});

describe('integrity of the audit trail', () => {
  it('says what was checked, with its heads, and names the first thing wrong', async () => {
    const own = async () => {
      const { document } = await made('AUDIT_INTEGRITY');
      return {
        summary: document.summary,
        row: rowsOf(document, 'chains').find(({ Id }) => Id === company.orgId),
      };
    };
    const whole = await own();
    expect(whole.summary).toContainEqual({ label: 'Result', value: 'whole' });
    // Nothing was asked of the time: all of it, not the last days.
    expect(whole.summary).toContainEqual({ label: 'From', value: 'its beginning' });
    const only = await made('AUDIT_INTEGRITY', { chain: company.orgId });
    expect(rowsOf(only.document, 'chains')).toMatchObject([{ Id: company.orgId, Result: 'whole' }]);
    await expect(made('AUDIT_INTEGRITY', { chain: zoe.userId })).rejects.toThrow('no such chain');
    const { owner } = api.database;
    const { rows } = await owner.query<{ hash: string }>(
      "select encode(hash, 'hex') as hash from audit_event where agent_id is null and org_id = $1 and seq = $2",
      [company.orgId, whole.row?.['Last event']],
    );
    expect(whole.row).toMatchObject({
      Result: 'whole',
      'Hash of it': rows[0]?.hash,
      'First thing wrong': '',
    });
    const change = (label: string, was: string) =>
      owner.query(
        `update audit_event set event = replace(event::text, $3, $2)::json
          where agent_id is null and org_id = $1 and seq = 2`,
        [company.orgId, label, was],
      );
    await owner.query('alter table audit_event disable trigger all');
    await change('somebody@else.example', company.email);
    const broken = await own();
    await change(company.email, 'somebody@else.example');
    await owner.query('alter table audit_event enable trigger all');
    expect(broken.row).toMatchObject({ Result: 'altered', 'Last event': 1 });
    expect(broken.summary).toContainEqual({ label: 'Result', value: expect.stringContaining('not whole') });
  });
});

describe('a finished report', () => {
  async function verify(bytes: Buffer, detached: string): Promise<string> {
    const keys = await api.app.inject({ method: 'GET', url: '/.well-known/jwks.json' });
    const key = await importJWK(keys.json<{ keys: JWK[] }>().keys[0] ?? {}, 'EdDSA');
    const [head = '', , signature = ''] = detached.split('.');
    const verified = await flattenedVerify(
      { protected: head, signature, payload: bytes.toString('base64url') },
      key,
    );
    return JSON.stringify(verified.protectedHeader);
  }

  it('is signed in each format, over every byte', async () => {
    const { id, document, signature } = await made('WHO_CAN_WHAT');
    expect(await verify(Buffer.from(canonicalJson(document)), signature)).toContain('postern-report+jws');
    for (const [format, mark, type] of [
      ['CSV', '#postern-signature: ', 'text/csv'],
      ['PDF', '%postern-signature: ', 'application/pdf'],
    ] as const) {
      const { bytes } = await downloadText(api, company, id, format);
      const at = bytes.lastIndexOf(mark);
      const jws = bytes
        .subarray(at + mark.length)
        .toString()
        .trim();
      expect(await verify(bytes.subarray(0, at), jws)).toContain(type);
      const changed = Buffer.from(bytes.subarray(0, at));
      changed[changed.length >> 1] = (changed[changed.length >> 1] ?? 0) ^ 1;
      await expect(verify(changed, jws)).rejects.toThrow(/signature/);
    }
  });

  it('of whatever kind is what `postern report verify` calls as it was signed, in each format', async () => {
    await mutate(
      `mutation ($orgId: ID!, $reviewerIds: [ID!]!) {
        createAccessReview(orgId: $orgId, review: { name: "Q4", dueAt: "2999-01-01T00:00:00Z", reviewerIds: $reviewerIds }) { id }
      }`,
      { reviewerIds: [zoe.userId, company.userId] },
    );
    const folder = mkdtempSync(`${tmpdir()}/postern-reports-`);
    const save = (name: string, bytes: Buffer | string) => {
      const file = `${folder}/${name}`;
      writeFileSync(file, bytes);
      return file;
    };
    const jwks = await api.app.inject({ method: 'GET', url: '/.well-known/jwks.json' });
    const keys = save('keys.json', jwks.body);
    const kinds = Object.keys(ReportKindName);
    const ids = await Promise.all(kinds.map((kind) => ask(api, company, kind, {})));
    const files: string[] = [];
    for (const [index, id] of ids.entries()) {
      const { document } = await finished(api, company, id);
      expect(document).toMatchObject({
        question: expect.any(String),
        kind: ReportKindName[kinds[index] as 'REFUSALS'],
      });
      for (const format of ['JSON', 'CSV', 'PDF']) {
        const { filename, bytes } = await downloadText(api, company, id, format);
        files.push(save(filename, bytes));
      }
    }
    const verify = (...names: string[]) =>
      spawnSync(process.execPath, [POSTERN, 'report', 'verify', ...names, '--keys', keys], {
        encoding: 'utf8',
        timeout: 30_000,
      });
    const all = verify(...files);
    expect([all.stderr, all.status]).toEqual(['', 0]);
    expect(all.stdout.match(/the signature is right/g)).toHaveLength(3 * kinds.length);
    const [one = ''] = files;
    writeFileSync(one, readFileSync(one, 'utf8').replace('acme', 'acmf'));
    const changed = verify(...files);
    expect([changed.stderr, changed.status]).toEqual([
      `${one}: the signature is wrong: the file was changed\n`,
      1,
    ]);
    rmSync(folder, { recursive: true });
  });

  it('begins as a PDF and as a CSV with what it was made from', async () => {
    const { id } = await made('WHO_CAN_WHAT', { person: zoe.email });
    const pdf = await downloadText(api, company, id, 'PDF');
    expect(pdf.bytes.subarray(0, 5).toString()).toBe('%PDF-');
    expect(pdf.filename).toMatch(/^postern-who-can-what-\d{4}-\d\d-\d\d-[0-9a-f]{6}\.pdf$/);
    const csv = (await downloadText(api, company, id, 'CSV')).bytes.toString();
    expect(csv).toMatch(/^# Postern report: Who can do what\r\n# question: Who could do what at /);
    expect(csv).toContain(`"person":"${zoe.email}"`);
    expect(csv).toMatch(/# policy: Production version \d+, published .*, sha256 [0-9a-f]{64}\r\n/);
  });

  it('is asked for, made, taken away and deleted in the audit trail', async () => {
    const { id } = await made('COVERAGE');
    await downloadText(api, company, id, 'CSV');
    await mutate('mutation ($orgId: ID!, $id: ID!) { deleteReport(orgId: $orgId, id: $id) }', { id });
    const kinds = (await auditTrail(api, company.orgId))
      .filter(({ event }) => (event.target as { id?: string } | undefined)?.id === id)
      .map(({ kind }) => kind);
    expect(kinds.sort()).toEqual(
      [
        'report.deleted',
        'report.downloaded',
        'report.downloaded',
        'report.finished',
        'report.requested',
      ].sort(),
    );
    const files = await api.database.owner.query('select from report_file where report_id = $1', [id]);
    expect(files.rowCount).toBe(0);
  });

  it('goes when it expires, and the trail says so', async () => {
    const { id } = await made('COVERAGE');
    const { id: younger } = await made('COVERAGE');
    const { owner } = api.database;
    await owner.query("update report set expires_at = now() - interval '1 second' where id = $1", [id]);
    await worker.get(ExpireReports, { strict: false }).run();
    const left = await owner.query('select id from report where id in ($1, $2)', [id, younger]);
    expect(left.rows).toEqual([{ id: younger }]);
    expect((await owner.query('select from report_file where report_id = $1', [id])).rowCount).toBe(0);
    expect(await auditTrail(api, company.orgId)).toContainEqual(
      expect.objectContaining({
        kind: 'report.deleted',
        actor_label: 'postern',
        event: expect.objectContaining({ target: expect.objectContaining({ id }), reason: 'it expired' }),
      }),
    );
  });

  it('is listed newest first', async () => {
    const data = await must<{
      reports: { edges: { node: { createdAt: string } }[]; pageInfo: { hasNextPage: boolean } };
    }>(
      api,
      'query ($orgId: ID!) { reports(orgId: $orgId, first: 3) { edges { node { createdAt } } pageInfo { hasNextPage } } }',
      { orgId: company.orgId },
      company.cookie,
    );
    const times = data.reports.edges.map(({ node }) => node.createdAt);
    expect(times).toEqual([...times].sort().reverse());
    expect(data.reports.pageInfo.hasNextPage).toBe(true);
  });
});

describe('asking for a report', () => {
  it.each([
    ['a parameter it does not take', 'COVERAGE', { days: 3 }, 'parameters.days'],
    ['an instant in the future', 'WHO_CAN_WHAT', { at: '2999-01-01T00:00:00Z' }, 'parameters.at'],
    [
      'a period without length',
      'REFUSALS',
      { from: '2026-01-01T00:00:00Z', to: '2026-01-01T00:00:00Z' },
      'parameters.from',
    ],
    ['too many days', 'DORMANT_ACCESS', { days: 100_000 }, 'days'],
    ['an unknown permission', 'PRIVILEGED_ACTIVITY', { permissions: ['root'] }, 'permissions.0'],
  ])('refuses %s', async (_, kind, parameters, field) => {
    await expect(ask(api, company, kind, parameters)).rejects.toThrow(field);
  });

  it('is refused to members', async () => {
    const answer = await api.graphql(
      'mutation ($orgId: ID!) { requestReport(orgId: $orgId, kind: COVERAGE) { id } }',
      { orgId: company.orgId },
      zoe.cookie,
    );
    expect(answer.errors[0]?.extensions.code).toBe('auth.forbidden');
  });
});
