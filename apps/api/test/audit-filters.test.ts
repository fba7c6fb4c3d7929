import type { AuditEvent, AuditOutcome } from '@postern/core/audit';
import type { Permission } from '@postern/core/policy';
import fc from 'fast-check';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { statementEvent } from './agent-peer.js';
import { startTestApp, type TestApp } from './app.js';
import { type Company, enrolAgent, signUpCompany } from './company.js';
import { must } from './people.js';

/** A statement as it was recorded, with all that a search can ask of it. */
interface Stated {
  n: number;
  at: string;
  actor: { id: string; label: string };
  environment: string;
  connection: string;
  decision: 'allowed' | 'denied';
  required: Permission[];
  relation: string;
  address: string;
  application: string;
  words: string;
  outcome: AuditOutcome | undefined;
}

const HOW_MANY = 150;
const BEGIN = Date.parse('2026-10-01T00:00:00Z');
const HOUR = 3_600_000;

/** Every property goes round at a pace of its own, so that all combinations come up. */
function statedOf(n: number, people: readonly Stated['actor'][]): Stated {
  const pick = <T>(from: readonly T[], pace: number): T => from[Math.floor(n / pace) % from.length] as T;
  const decision = pick(['allowed', 'allowed', 'denied'] as const, 1);
  const failed = {
    status: 'failed',
    rows: null,
    durationMs: 10 * (n % 7),
    sqlstate: pick(['23505', '42P01'], 4),
  };
  const done = { status: 'succeeded', rows: n % 11, durationMs: 5.5 * (n % 13), sqlstate: null };
  const ends = [done, failed, done, undefined] as (AuditOutcome | undefined)[];
  return {
    ...{ n, decision, at: new Date(BEGIN + n * HOUR).toISOString() },
    actor: pick(people, 2),
    environment: pick(['production', 'staging'], 3),
    connection: pick(['shop', 'hr'], 5),
    required: pick<Permission[]>([['read'], ['read', 'write'], ['ddl'], ['export', 'read']], 2),
    relation: pick(['public.orders', 'sales.orders', 'public.order_items'], 3),
    address: pick(['10.1.0.7:5000', '10.2.0.7:5000', '[2001:db8::7]:5000'], 2),
    application: pick(['psql', 'psql extra', 'DBeaver'], 7),
    words: pick(['alpha beta', 'alphabet', 'Beta, gamma'], 1),
    outcome: decision === 'denied' ? undefined : pick(ends, 3),
  };
}

type Filter = Record<string, unknown>;
interface Condition {
  readonly filter: Filter;
  holds(stated: Stated): boolean;
}

const within = (value: number | null | undefined, least: number, most: number) =>
  typeof value === 'number' && value >= least && value <= most;

/** What each filter must find, said without the database. */
const CONDITIONS: Record<string, readonly Condition[]> = {
  decision: ['allowed', 'denied'].map((decision) => ({
    filter: { decision },
    holds: (s) => s.decision === decision,
  })),
  environment: ['production', 'staging'].map((environment) => ({
    filter: { environment },
    holds: (s) => s.environment === environment,
  })),
  connection: ['shop', 'hr', 'nowhere'].map((connection) => ({
    filter: { connection },
    holds: (s) => s.connection === connection,
  })),
  actor: ['BOB', '@acme.test', 'nobody'].map((actor) => ({
    filter: { actor },
    holds: (s) => s.actor.label.includes(actor.toLowerCase()),
  })),
  group: [{ filter: { group: 'dba' }, holds: (s) => s.actor.label === 'owner@filters.test' }],
  permission: (['read', 'write', 'ddl', 'export', 'admin'] as const).map((permission) => ({
    filter: { permission },
    holds: (s) => s.required.includes(permission),
  })),
  relation: ['orders', 'sales.orders', 'order_items', 'order'].map((relation) => ({
    filter: { relation },
    holds: (s) => s.relation === relation || s.relation.split('.')[1] === relation,
  })),
  outcome: ['succeeded', 'failed', 'cancelled', 'unknown'].map((outcome) => ({
    filter: { outcome },
    holds: (s) => s.decision === 'allowed' && (s.outcome?.status ?? 'unknown') === outcome,
  })),
  sqlstate: ['23505', '42P01', '57014'].map((sqlstate) => ({
    filter: { sqlstate },
    holds: (s) => s.outcome?.sqlstate === sqlstate,
  })),
  duration: [
    { filter: { minDurationMs: 20 }, holds: (s) => within(s.outcome?.durationMs, 20, 1e9) },
    { filter: { maxDurationMs: 11 }, holds: (s) => within(s.outcome?.durationMs, 0, 11) },
    { filter: { minDurationMs: 11, maxDurationMs: 40 }, holds: (s) => within(s.outcome?.durationMs, 11, 40) },
  ],
  rows: [
    { filter: { minRows: 5 }, holds: (s) => within(s.outcome?.rows, 5, 1e9) },
    { filter: { minRows: 0, maxRows: 3 }, holds: (s) => within(s.outcome?.rows, 0, 3) },
  ],
  client: [
    { filter: { client: '10.1.0.0/16' }, holds: (s) => s.address.startsWith('10.1.') },
    { filter: { client: '10.2.0.7' }, holds: (s) => s.address.startsWith('10.2.0.7:') },
    { filter: { client: '2001:db8::/32' }, holds: (s) => s.address.startsWith('[2001:db8:') },
  ],
  application: ['PSQL', 'beaver', 'l e'].map((application) => ({
    filter: { application },
    holds: (s) => s.application.toLowerCase().includes(application.toLowerCase()),
  })),
  text: ['ALPHA', 'beta', 'a b'].map((text) => ({
    filter: { text },
    holds: (s) => s.words.toLowerCase().includes(text.toLowerCase()),
  })),
  words: [['alpha'], ['beta'], ['beta', 'Gamma']].map((words) => ({
    filter: { words },
    holds: (s) => words.every((word) => s.words.toLowerCase().split(/\W+/).includes(word.toLowerCase())),
  })),
  time: [
    {
      filter: {
        from: new Date(BEGIN + 20 * HOUR).toISOString(),
        to: new Date(BEGIN + 90 * HOUR).toISOString(),
      },
      holds: ({ n }) => n >= 20 && n < 90,
    },
    { filter: { from: new Date(BEGIN + 140 * HOUR).toISOString() }, holds: ({ n }) => n >= 140 },
  ],
};

interface Summary {
  total: number;
  isTotalExact: boolean;
  facets: { name: string; values: { value: string; count: number }[] }[];
  buckets: Record<'allowed' | 'failed' | 'denied' | 'others', number>[];
}

let api: TestApp;
let company: Company;
let stated: Stated[];

beforeAll(async () => {
  api = await startTestApp();
  company = await signUpCompany(api, 'filters');
  const run = <T>(document: string, more: object) =>
    must<T>(api, document, { orgId: company.orgId, ...more }, company.cookie);
  const { group } = await run<{ group: { id: string } }>(
    'mutation ($orgId: ID!) { group: createGroup(orgId: $orgId, slug: "dba", name: "DBA") { id } }',
    {},
  );
  await run(
    'mutation ($orgId: ID!, $id: ID!, $userIds: [ID!]!) { setGroupMembers(orgId: $orgId, id: $id, userIds: $userIds) { id } }',
    { id: group.id, userIds: [company.userId] },
  );
  const { staging } = await run<{ staging: { id: string } }>(
    'mutation ($orgId: ID!) { staging: createEnvironment(orgId: $orgId, slug: "staging", name: "Staging") { id } }',
    {},
  );
  const people = [
    { id: company.userId, label: company.email },
    { id: uuidv7(), label: 'bob@acme.test' },
    { id: uuidv7(), label: 'eve@acme.test' },
  ];
  stated = Array.from({ length: HOW_MANY }, (_, n) => statedOf(n, people));
  for (const [environment, environmentId] of [
    ['production', company.environmentId],
    ['staging', staging.id],
  ] as const) {
    const peer = await enrolAgent(api, { ...company, environmentId });
    const events = stated.filter((each) => each.environment === environment).flatMap(eventsOf);
    const { status } = await peer.push(peer.record(...events));
    expect(status).toBe(200);
  }
});
afterAll(() => api.close());

/** The decision, and its end where there was one. */
function eventsOf(each: Stated): Partial<AuditEvent>[] {
  const { n, at, decision, required, outcome } = each;
  const text = `select ${n} -- ${each.words}`;
  const both = {
    at,
    actor: { type: 'user' as const, ...each.actor },
    connection: { id: each.connection, slug: each.connection },
    client: { address: each.address, application: each.application },
  };
  const id = uuidv7();
  const { statement } = statementEvent();
  const decided = { ...both, id, decision, required, relations: [each.relation] };
  const end = { ...both, kind: 'statement.finished' as const, intentId: id, outcome };
  return [
    { ...decided, statement: { ...statement, text } as AuditEvent['statement'] },
    ...(outcome === undefined
      ? []
      : [{ ...end, statement: undefined, decision: undefined, required: undefined }]),
  ];
}

const FIND = `query ($orgId: ID!, $filter: AuditFilter) {
  auditEvents(orgId: $orgId, filter: $filter, first: 200) { edges { node { statement { text } } } }
  auditSummary(orgId: $orgId, filter: $filter, buckets: 7) {
    total isTotalExact facets { name values { value count } } buckets { allowed failed denied others } }
}`;

async function find(filter: Filter): Promise<{ found: number[]; summary: Summary }> {
  const { auditEvents, auditSummary } = await must<{
    auditEvents: { edges: { node: { statement: { text: string } } }[] };
    auditSummary: Summary;
  }>(api, FIND, { orgId: company.orgId, filter: { kind: 'statement.decided', ...filter } }, company.cookie);
  const found = auditEvents.edges.map(({ node }) => Number(node.statement.text.split(' ')[1]));
  return { found, summary: auditSummary };
}

const newestFirst = (all: readonly Stated[]) => all.map(({ n }) => n).sort((a, b) => b - a);

describe('a search', () => {
  it.each(Object.entries(CONDITIONS))(
    'by %s finds what it should and nothing else',
    async (_, conditions) => {
      for (const { filter, holds } of conditions) {
        const { found } = await find(filter);
        expect([filter, found]).toEqual([filter, newestFirst(stated.filter(holds))]);
      }
    },
  );

  it('by several finds what all of them hold for, and counts it', async () => {
    const some = fc.shuffledSubarray(Object.keys(CONDITIONS), { minLength: 2, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(some, fc.nat(), async (names, which) => {
        const chosen = names.flatMap((name) => {
          const of = CONDITIONS[name] ?? [];
          return of[which % of.length] ?? [];
        });
        const expected = stated.filter((each) => chosen.every(({ holds }) => holds(each)));
        const { found, summary } = await find(Object.assign({}, ...chosen.map(({ filter }) => filter)));
        expect(found).toEqual(newestFirst(expected));
        expect([summary.total, summary.isTotalExact]).toEqual([expected.length, true]);
        expect(countsOf(summary)).toEqual(expectedCounts(expected));
        expect(barsOf(summary)).toEqual(expectedBars(expected));
      }),
      { numRuns: 60 },
    );
  });
});

const FACETS: Record<string, (each: Stated) => string | undefined> = {
  decision: ({ decision }) => decision,
  connection: ({ connection }) => connection,
  actor: ({ actor }) => actor.id,
  application: ({ application }) => application,
  sqlstate: ({ outcome }) => outcome?.sqlstate ?? undefined,
  outcome: ({ decision, outcome }) => (decision === 'allowed' ? (outcome?.status ?? 'unknown') : undefined),
};

const countsOf = ({ facets }: Summary) =>
  Object.fromEntries(
    Object.keys(FACETS).map((name) => {
      const values = facets.find((facet) => facet.name === name)?.values ?? [];
      return [name, Object.fromEntries(values.map(({ value, count }) => [value, count]))];
    }),
  );

function expectedCounts(all: readonly Stated[]) {
  const counts = Object.entries(FACETS).map(([name, valueIn]) => {
    const values = new Map<string, number>();
    for (const value of all.map(valueIn))
      if (value !== undefined) values.set(value, (values.get(value) ?? 0) + 1);
    return [name, Object.fromEntries(values)];
  });
  return Object.fromEntries(counts);
}

const barsOf = ({ buckets }: Summary) =>
  (['allowed', 'failed', 'denied', 'others'] as const).map((kind) =>
    buckets.reduce((sum, bucket) => sum + bucket[kind], 0),
  );

function expectedBars(all: readonly Stated[]) {
  const denied = all.filter(({ decision }) => decision === 'denied').length;
  const failed = all.filter(({ outcome }) => outcome?.status === 'failed').length;
  return [all.length - denied - failed, failed, denied, 0];
}
