import type { AuditEvent } from '@postern/core/audit';
import type { ConnectionEvidence } from '@postern/protocol/evidence';
import type { PoolClient } from 'pg';

export interface EvidenceLook {
  connection: string;
  since: Date;
  at: Date;
  evidence: ConnectionEvidence;
}

/** Looks that lie in a period as a whole, oldest first. */
export async function readEvidence(
  client: PoolClient,
  { from, to, connection }: { from: Date; to: Date; connection?: string },
): Promise<EvidenceLook[]> {
  const { rows } = await client.query<EvidenceLook>(
    `select connection_slug as connection, since, at, evidence from database_evidence
      where at > $1 and at <= $2 and ($3::text is null or connection_slug = $3) order by connection_slug, at`,
    [from, to, connection ?? null],
  );
  return rows;
}

/** Texts compared at most; beyond them the report says that it could not. */
export const MOST_TEXTS = 5_000;

/** The different texts that Postern let through on a connection, how often each, and one event that has it. */
export async function readCarried(
  client: PoolClient,
  connection: string,
  from: Date,
  to: Date,
): Promise<{ times: number; event: AuditEvent }[]> {
  const { rows } = await client.query<{ times: number; event: AuditEvent }>(
    `with texts as (
       select (array_agg(e.id))[1] as id, min(e.at) as first, max(e.at) as last, count(*)::int as times
         from audit_event e
        where e.connection_slug = $1 and e.at >= $2 and e.at <= $3 and e.kind = 'statement.decided'
          and e.decision = 'allowed' and e.kind <> 'statement.finished'
        group by md5(e.search_text) order by times desc limit ${MOST_TEXTS + 1})
     select t.times, e.event from texts t join audit_event e on e.id = t.id and e.at between t.first and t.last`,
    [connection, from, to],
  );
  return rows;
}
