import type { AuditEvent } from '@postern/core/audit';
import type { PoolClient } from 'pg';
import { MOST_ROWS } from './document.js';

/** Which part of the trail a report reads. */
export interface Period {
  from: Date;
  to: Date;
  connection?: string;
  person?: string;
}

/** What reports print of an event: texts are cut, for a report may have thousands. */
export interface Happened {
  at: Date;
  kind: string;
  actor: string;
  connection: string | null;
  statement: string;
  reason: string;
  target: string;
  path: string;
  client: string;
  missing: string[];
  ruleIds: string[];
}

export interface Use extends Happened {
  required: number;
  /** How it ended; null: unknown, or it runs. */
  status: string | null;
  sqlstate: string | null;
  rows: number | null;
}

interface Row {
  id: string;
  at: Date;
  kind: string;
  actor: string;
  connection: string | null;
  event: AuditEvent;
}

/** Refusals that carry no decision of their own. */
const REFUSED_KINDS = [
  'wire.sign_in_failed',
  'user.sign_in_failed',
  'agent.request_refused',
  'access.refused',
];

/** Rows read at most: one more than a report lists says that there are more. */
const MOST_READ = MOST_ROWS + 1;
const PAGE = 1_000;
const TEXT_MAX = 500;

const cut = (text = ''): string => (text.length <= TEXT_MAX ? text : `${text.slice(0, TEXT_MAX)}…`);

const SCOPE = `e.kind <> 'statement.finished' and e.at >= $1 and e.at < $2
  and ($3::text is null or e.connection_slug = $3) and ($4::text is null or lower(e.actor_label) = $4)
  and (e.at, e.id) < ($5, $6)`;
const LAST_ID = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

function happened({ at, kind, actor, connection, event }: Row): Happened {
  return {
    ...{ at, kind, actor, connection },
    statement: cut(event.statement?.text),
    reason: cut(event.reason),
    target: cut(event.target?.label),
    path: event.path ?? '',
    client: event.client?.address ?? '',
    missing: event.missing ?? [],
    ruleIds: event.ruleIds ?? [],
  };
}

/** Newest first, page by page: whole events may be large, what is kept of them is not. */
async function readPages<R extends Row, T>(
  client: PoolClient,
  { from, to, connection, person }: Period,
  query: { columns: string; where: string; value: unknown },
  keep: (row: R) => T,
): Promise<T[]> {
  const kept: T[] = [];
  let before: { at: Date; id: string } = { at: to, id: LAST_ID };
  while (kept.length < MOST_READ) {
    const { rows } = await client.query<R>(
      `select e.id, e.at, e.kind, e.actor_label as actor, e.connection_slug as connection, e.event ${query.columns}
         from audit_event e where ${SCOPE} and ${query.where}
        order by e.at desc, e.id desc limit ${PAGE}`,
      [from, to, connection ?? null, person ?? null, before.at, before.id, query.value],
    );
    kept.push(...rows.map(keep));
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE) break;
    before = last;
  }
  return kept.slice(0, MOST_READ);
}

export const readRefusals = (client: PoolClient, period: Period): Promise<Happened[]> =>
  readPages<Row, Happened>(
    client,
    period,
    { columns: '', where: "(e.decision = 'denied' or e.kind = any($7::text[]))", value: REFUSED_KINDS },
    happened,
  );

/** Allowed statements that needed one of the permissions in `mask`. */
export const readUses = (client: PoolClient, period: Period, mask: number): Promise<Use[]> =>
  readPages<Row & Pick<Use, 'required' | 'status' | 'sqlstate' | 'rows'>, Use>(
    client,
    period,
    {
      columns: ', e.required::int as required, e.status, e.sqlstate, e.row_count::float8 as rows',
      where: "e.kind = 'statement.decided' and e.decision = 'allowed' and e.required & $7::int <> 0",
      value: mask,
    },
    (row) => ({
      ...happened(row),
      required: row.required,
      status: row.status,
      sqlstate: row.sqlstate,
      rows: row.rows,
    }),
  );

/** What people used since an instant: the permissions of their allowed statements, by person and connection. */
export async function readPermissionsUsed(
  client: PoolClient,
  from: Date,
  to: Date,
): Promise<{ userId: string; connection: string; mask: number }[]> {
  const { rows } = await client.query<{ userId: string; connection: string; mask: number }>(
    `select e.actor_id as "userId", e.connection_slug as connection, bit_or(e.required)::int as mask
       from audit_event e
      where e.kind = 'statement.decided' and e.decision = 'allowed' and e.at >= $1 and e.at < $2
        and e.kind <> 'statement.finished' and e.connection_slug is not null
      group by e.actor_id, e.connection_slug`,
    [from, to],
  );
  return rows;
}

/** How often each key occurs, most first. */
export function countBy<T>(items: readonly T[], keyOf: (item: T) => string): [key: string, count: number][] {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(keyOf(item), (counts.get(keyOf(item)) ?? 0) + 1);
  return [...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
}
