import { randomBytes } from 'node:crypto';
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { type ConsoleAnswer, ConsoleClient } from './console-client.js';
import { withClient } from './demo-database.js';
import { DEMO_PEOPLE } from './demo-organisation.js';
import { asPostgresClient, samsLogin } from './demo-psql.js';
import { GraphqlClient } from './graphql-client.js';
import { wrapped } from './progress.js';
import type { Stack } from './stack.js';

export interface CheckLine {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
}

/** One run of the guided check: who asks, where, and a mark that finds its statements in log and audit trail. */
interface Check {
  readonly stack: Stack;
  readonly sam: GraphqlClient;
  readonly console: ConsoleClient;
  readonly mark: string;
  /** Length of the database's log before the check. */
  readonly logStart: number;
  /** Statements sent, in order, with the audit events that must exist. */
  readonly sent: {
    readonly what: string;
    /** The console says it; PostgreSQL's protocol has no place for it. */
    readonly auditId: string | 'unsaid' | undefined;
  }[];
}

const CONNECTION = 'production';
const HARMLESS_WRITE = 'update reviews set body = body where id = 1';
const GRANT = {
  connection: CONNECTION,
  permissions: ['write'],
  members: [`user:${DEMO_PEOPLE.sam.email}`],
  description: 'Guided check: for a moment',
};

/** What the table's own statistics say has been deleted, and what is in it. */
async function reviewsNow(stack: Stack): Promise<string> {
  return withClient(stack.postgres.superuserUrl('shop'), async (client) => {
    const { rows } = await client.query<{ deleted: string; kept: string }>(
      "select n_tup_del as deleted, (select count(*) from reviews) as kept from pg_stat_user_tables where relname = 'reviews'",
    );
    return `${rows[0]?.kept ?? '?'} reviews, ${rows[0]?.deleted ?? '?'} ever deleted`;
  });
}

/** True when the database's log holds the text since the check began: the server logs every statement it receives. */
function reachedDatabase(check: Check, text: string): boolean {
  const file = check.stack.postgres.logFile;
  const bytes = Buffer.alloc(Math.max(statSync(file).size - check.logStart, 0));
  const log = openSync(file, 'r');
  readSync(log, bytes, 0, bytes.length, check.logStart);
  closeSync(log);
  return bytes.includes(text);
}

async function send(check: Check, what: string, sql: string): Promise<ConsoleAnswer> {
  const answer = await check.console.run(CONNECTION, `${sql} /* ${check.mark} ${what} */`);
  check.sent.push({ what, auditId: answer.body.auditId ?? answer.body.error?.auditId });
  return answer;
}

const refusal = ({ status, body }: ConsoleAnswer): string =>
  `${status} ${body.error?.code ?? 'without an error'}: ${body.error?.message ?? ''}`;

async function readIsAllowed(check: Check): Promise<CheckLine> {
  const { status, body } = await send(check, 'read', 'select count(*) from orders');
  const count = body.results?.[0]?.rows[0]?.[0];
  const logged = reachedDatabase(check, `${check.mark} read`);
  return {
    name: 'a read is allowed',
    ok: status === 200 && Number(count) > 0 && !body.error && logged,
    detail:
      status === 200 ? `${count} orders; the database's log has the statement` : refusal({ status, body }),
  };
}

async function isRefused(check: Check, name: string, what: string, sql: string): Promise<CheckLine> {
  const before = await reviewsNow(check.stack);
  const answer = await send(check, what, sql);
  const after = await reviewsNow(check.stack);
  const logged = reachedDatabase(check, `${check.mark} ${what}`);
  const missesWrite = answer.body.error?.missing?.includes('write') === true;
  return {
    name,
    ok: answer.status === 403 && missesWrite && before === after && !logged,
    detail: `${refusal(answer)}; ${logged ? 'the database received it' : "the database's log does not have it"}; ${before === after ? after : `${before} became ${after}`}`,
  };
}

/** The same rules by PostgreSQL's own protocol: a read in the simple protocol, a DELETE in the extended one. */
async function psqlIsGoverned(check: Check): Promise<CheckLine> {
  const login = await samsLogin(check.stack, 'ONE_HOUR');
  const before = await reviewsNow(check.stack);
  const mark = (what: string): string => `/* ${check.mark} ${what} */`;
  for (const what of ['wire read', 'wire delete']) check.sent.push({ what, auditId: 'unsaid' });
  const { count, refusal: error } = await asPostgresClient(login, async (client) => {
    const { rows } = await client.query<{ n: string }>(
      `select count(*) as n from orders ${mark('wire read')}`,
    );
    const asked = client.query(`delete from reviews where id = $1 ${mark('wire delete')}`, [1]);
    const refusal = await asked.then(
      () => ({ code: 'none', message: 'the DELETE ran' }),
      (reason: Error & { code?: string }) => ({ code: reason.code ?? '', message: reason.message }),
    );
    return { count: Number(rows[0]?.n), refusal };
  });
  const after = await reviewsNow(check.stack);
  const logged = reachedDatabase(check, `${check.mark} wire delete`);
  return {
    name: 'psql is governed the same way',
    ok: count > 0 && error.code === '42501' && before === after && !logged,
    detail: `${count} orders read; DELETE: ${error.code} ${error.message}; ${logged ? 'the database received it' : "the database's log does not have it"}`,
  };
}

/** Milliseconds from the answer of the API, which comes after the commit, until the console decides otherwise. */
async function enforcedAfter(check: Check, allowed: boolean): Promise<number> {
  const committed = performance.now();
  while (performance.now() - committed < 10_000) {
    const answer = await check.console.check(CONNECTION, HARMLESS_WRITE);
    if (answer.body.allowed === allowed) return performance.now() - committed;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return Number.POSITIVE_INFINITY;
}

interface Enforcement {
  readonly grantedMs: number;
  readonly takenMs: number;
  /** The write went through while it was granted, and no more afterwards. */
  readonly worked: boolean;
}

async function changeRule(check: Check): Promise<Enforcement> {
  const { owner, orgId } = check.stack.organisation;
  const { createRule } = await owner.request<{ createRule: { id: string; version: number } }>(
    'mutation ($orgId: ID!, $rule: RuleInput!) { createRule(orgId: $orgId, rule: $rule) { id version } }',
    { orgId, rule: GRANT },
  );
  let grantedMs = Number.POSITIVE_INFINITY;
  let write: ConsoleAnswer | undefined;
  try {
    grantedMs = await enforcedAfter(check, true);
    write = await send(check, 'granted', HARMLESS_WRITE);
  } finally {
    await owner.request(
      'mutation ($orgId: ID!, $id: ID!, $version: Int!) { deleteRule(orgId: $orgId, id: $id, version: $version) }',
      { orgId, ...createRule },
    );
  }
  const takenMs = await enforcedAfter(check, false);
  const again = await send(check, 'revoked', HARMLESS_WRITE);
  return { grantedMs, takenMs, worked: write.status === 200 && !write.body.error && again.status === 403 };
}

/** A machine that still warms up may need a second try; every figure is shown. */
async function ruleIsEnforced(check: Check): Promise<CheckLine> {
  const tries: Enforcement[] = [];
  const isQuick = ({ grantedMs, takenMs }: Enforcement): boolean => grantedMs < 1_000 && takenMs < 1_000;
  do tries.push(await changeRule(check));
  while (!tries.some(isQuick) && tries.every(({ worked }) => worked) && tries.length < 3);
  const worked = tries.every((each) => each.worked);
  const figures = tries
    .map(({ grantedMs, takenMs }) => `${grantedMs.toFixed(0)} ms and ${takenMs.toFixed(0)} ms`)
    .join(', then ');
  return {
    name: 'a changed rule is enforced within a second',
    ok: worked && tries.some(isQuick),
    detail: `write granted and taken away, enforced after ${figures}; ${worked ? 'the write went through, then no more' : 'but the write was not decided accordingly'}`,
  };
}

interface Found {
  readonly id: string;
  readonly decision: string | null;
  readonly outcome: { readonly status: string } | null;
  readonly statement: { readonly text: string } | null;
}

async function eventsAreFound(check: Check): Promise<CheckLine> {
  const { owner, orgId } = check.stack.organisation;
  const search = async (): Promise<readonly Found[]> => {
    const { auditEvents } = await owner.request<{ auditEvents: { edges: readonly { node: Found }[] } }>(
      'query ($orgId: ID!, $filter: AuditFilter) { auditEvents(orgId: $orgId, filter: $filter) { edges { node { id decision outcome { status } statement { text } } } } }',
      { orgId, filter: { text: check.mark, actor: DEMO_PEOPLE.sam.email } },
    );
    return auditEvents.edges.map(({ node }) => node);
  };
  const at = performance.now();
  const missingIn = (found: readonly Found[]) =>
    check.sent.filter(
      ({ what, auditId }) =>
        !found.some(
          ({ id, decision, outcome, statement }) =>
            (auditId === 'unsaid' ? statement?.text.endsWith(`${check.mark} ${what} */`) : id === auditId) &&
            (decision === 'denied' || outcome !== null),
        ),
    );
  let missing = missingIn(await search());
  while (missing.length > 0 && performance.now() - at < 5_000) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    missing = missingIn(await search());
  }
  return {
    name: 'search finds all of it',
    ok: missing.length === 0 && check.sent.length > 0,
    detail:
      missing.length === 0
        ? `${check.sent.length} statements with decision and outcome, after ${(performance.now() - at).toFixed(0)} ms`
        : `not found: ${missing.map(({ what }) => what).join(', ')}`,
  };
}

/** A line that failed by throwing says why, and the next ones still run. */
async function attempt(name: string, work: () => Promise<CheckLine>): Promise<CheckLine> {
  try {
    return await work();
  } catch (error) {
    return { name, ok: false, detail: error instanceof Error ? error.message : String(error) };
  }
}

/** Proves on a running stack what Postern promises. Leaves rules and data as they were. */
export async function guidedCheck(stack: Stack): Promise<CheckLine[]> {
  const check: Check = {
    stack,
    sam: new GraphqlClient(stack.urls.graphql),
    console: new ConsoleClient(stack.urls.console),
    mark: `guided-check-${randomBytes(5).toString('hex')}`,
    logStart: statSync(stack.postgres.logFile).size,
    sent: [],
  };
  const signIn = await attempt('sign-in', async () => {
    await check.sam.signIn(DEMO_PEOPLE.sam.email, stack.password);
    await check.console.signIn(check.sam);
    const { status, body } = await check.console.get('/api/connections');
    const seen = (body.connections ?? []).map(
      ({ slug, permissions }) => `${slug} (${permissions.join(', ')})`,
    );
    return {
      name: 'a developer signs in to the SQL console',
      ok: status === 200 && seen.length > 0,
      detail: `Sam, through the control plane (code with PKCE); sees ${seen.join(', ')}`,
    };
  });
  if (!signIn.ok) return [signIn];
  const refused = (name: string, what: string, sql: string) =>
    attempt(name, () => isRefused(check, name, what, sql));
  const cte = 'with d as (delete from reviews where id = 1 returning *) select * from d';
  return [
    signIn,
    await attempt('a read is allowed', () => readIsAllowed(check)),
    await refused('a DELETE is refused', 'delete', 'delete from reviews where id = 1'),
    await refused('a DELETE inside WITH … SELECT is refused', 'cte', cte),
    await attempt('psql is governed the same way', () => psqlIsGoverned(check)),
    await attempt('a changed rule is enforced within a second', () => ruleIsEnforced(check)),
    await attempt('search finds all of it', () => eventsAreFound(check)),
  ];
}

/** The check's lines for a person, as wide as their terminal. */
export function checkTable(lines: readonly CheckLine[], columns = process.stdout.columns ?? 120): string {
  const width = Math.max(...lines.map(({ name }) => name.length));
  const space = Math.max(columns - width - 7, 40);
  return lines
    .map(({ name, ok, detail }) => {
      const [first = '', ...rest] = wrapped(detail, space);
      const below = rest.map((line) => `\n${' '.repeat(width + 6)}${line}`).join('');
      return `  ${ok ? '✓' : '✗'} ${name.padEnd(width)}  ${first}${below}`;
    })
    .join('\n');
}
