import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { Stack } from '@postern/infra/stack';
import pg from 'pg';
import { ApiClient } from '../../apps/agent/dist/link/api-client.js';
import { claimTask, tellResult } from '../../apps/agent/dist/link/calls.js';
import { enrol } from '../../apps/agent/dist/link/enrol.js';
import type { Benchmark } from './harness.js';

const CONNECTIONS = 1_000;
const AGENTS = 10;
/** The shortest cadence there is: a look a minute at each. */
const CADENCE_S = 60;
/** Agents are told when something waits; these ask this often instead. */
const ASK_EVERY_MS = 250;

/** Connections in environments of their own, each with a manifest and due at some moment of the next minute. */
const POPULATE = `
create table bench_scan (what text, late_ms float8);
create function bench_note() returns trigger language plpgsql security definer as $$ begin
  if old.next_scan_at <= clock_timestamp() and new.next_scan_at > clock_timestamp() then
    insert into public.bench_scan values ('asked', extract(epoch from clock_timestamp() - old.next_scan_at) * 1000);
  end if;
  if new.checked_at is distinct from old.checked_at then
    insert into public.bench_scan values ('answered', extract(epoch from clock_timestamp() -
      (select max(created_at) from public.agent_task t where t.connection_id = new.connection_id)) * 1000);
  end if;
  return null; end $$;
create trigger bench_note after update on role_status for each row execute function bench_note();
with e as (insert into environment (id, org_id, slug, name)
  select gen_random_uuid(), $ORG, 'bench-' || n, 'bench ' || n from generate_series(1, ${AGENTS}) n returning id, slug),
c as (insert into db_connection (id, org_id, environment_id, slug, name)
  select gen_random_uuid(), $ORG, e.id, e.slug || '-' || m, 'c' from e, generate_series(1, ${CONNECTIONS / AGENTS}) m returning id),
m as (insert into role_manifest (id, org_id, connection_id, version, body, sha256, author_id, author_label)
  select gen_random_uuid(), $ORG, id, 1, E'roles:\\n  - name: reporting\\n', repeat('a', 64), 'bench', 'bench' from c),
s as (insert into role_settings (org_id, connection_id, drift_every_s) select $ORG, id, ${CADENCE_S} from c)
insert into role_status (org_id, connection_id, next_scan_at) select $ORG, id, now() + random() * interval '${CADENCE_S} s' from c;`;

async function simulatedAgent(stack: Stack, environment: string, isOver: () => boolean): Promise<void> {
  const { organisation, urls } = stack;
  const { environments } = await organisation.owner.request<{
    environments: readonly { id: string; slug: string }[];
  }>('query ($o: ID!) { environments(orgId: $o) { id slug } }', { o: organisation.orgId });
  const { createEnrolmentToken } = await organisation.owner.request<{
    createEnrolmentToken: { token: string };
  }>(
    'mutation ($o: ID!, $e: ID!, $n: String!) { createEnrolmentToken(orgId: $o, environmentId: $e, name: $n) { token } }',
    { o: organisation.orgId, e: environments.find(({ slug }) => slug === environment)?.id, n: environment },
  );
  const { token } = createEnrolmentToken;
  const identity = await enrol({
    apiUrl: urls.api,
    name: environment,
    token,
    consoleUrl: 'http://localhost:1',
  });
  const api = new ApiClient(urls.api, identity);
  const slugs = Array.from({ length: CONNECTIONS / AGENTS }, (_, n) => `${environment}-${n + 1}`);
  while (!isOver()) {
    const jws = await claimTask(api, ['roles.scan'], slugs);
    if (jws === null) await pause(ASK_EVERY_MS);
    else
      await tellResult(api, {
        taskId: taskIdOf(jws),
        status: 'succeeded',
        plan: AS_WANTED,
      });
  }
}

/** Ours is no agent that anybody could fool. */
const taskIdOf = (jws: string): string =>
  (JSON.parse(Buffer.from(jws.split('.')[1] ?? '', 'base64url').toString()) as { taskId: string }).taskId;

const AS_WANTED = {
  digest: 'a'.repeat(64),
  systemIdentifier: '1',
  serverMajor: 18,
  changeCount: 0,
  destructiveCount: 0,
  content: {
    server: { database: 'd', version: '18.4', provider: null },
    ...{ gains: [], loses: [], kinds: [], changes: [], undeclared: [], stuck: [], obstacles: [] },
  },
};

/** Processor time of a process so far, in ms. */
function processorMs(pid: number | undefined): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** Takes minutes, so it runs only when it is named. */
export const driftScans: Benchmark = {
  name: 'drift-scans',
  title: `Looks for drift at ${CONNECTIONS.toLocaleString('en')} connections, each every ${CADENCE_S} s, one worker, ${AGENTS} simulated agents`,
  prepare: async ({ quick }, startedStack) => {
    const stack = await startedStack();
    const client = new pg.Client({ connectionString: stack.postgres.superuserUrl('postern') });
    await client.connect();
    await client.query(POPULATE.replaceAll('$ORG', client.escapeLiteral(stack.organisation.orgId)));
    let isOver = false;
    const agents = Array.from({ length: AGENTS }, (_, n) =>
      simulatedAgent(stack, `bench-${n + 1}`, () => isOver),
    );
    const [at, before] = [Date.now(), processorMs(stack.services.worker.pid)];
    await Promise.race([pause((quick ? 1 : 2.5) * CADENCE_S * 1_000), Promise.all(agents)]);
    const seconds = (Date.now() - at) / 1_000;
    const worker = processorMs(stack.services.worker.pid) - before;
    isOver = true;
    await Promise.all(agents);
    const { rows } = await client.query<{ what: string; n: string; p50: number; p99: number; most: number }>(
      `select what, count(*) as n, percentile_cont(0.5) within group (order by late_ms) as p50,
         percentile_cont(0.99) within group (order by late_ms) as p99, max(late_ms) as most
       from bench_scan group by what order by what`,
    );
    const { rows: overdue } = await client.query<{ n: string }>(
      "select count(*) as n from role_status where next_scan_at < now() - interval '15 s'",
    );
    await client.end();
    const s = (ms: number) => `${(ms / 1_000).toFixed(1)} s`;
    return {
      batch: 0,
      contenders: [],
      facts: {
        ...Object.fromEntries(
          rows.map(({ what, n, p50, p99, most }) => [
            what === 'asked' ? 'asked for, after it was due' : 'answered, after it was asked for',
            `p50 ${s(p50)}, p99 ${s(p99)}, most ${s(most)} (${n} in ${seconds.toFixed(0)} s)`,
          ]),
        ),
        'overdue by more than 15 s at the end': `${overdue[0]?.n}`,
        'processor of the worker': `${(worker / 10 / seconds).toFixed(0)} %`,
      },
    };
  },
};
