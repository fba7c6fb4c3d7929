import { CHAIN_START, type ChainedEvent } from '@postern/core/audit';
import pg from 'pg';

interface Row {
  readonly seq: string;
  readonly hash: string;
  readonly event: string;
  readonly status: string | null;
}

async function rows(url: string, agentId: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    // As the server's superuser, past every policy: what lies there is looked at, not what the api shows of it.
    const text = `select seq, encode(hash, 'hex') as hash, event::text as event, status from audit_event
                  where agent_id = $1 order by seq`;
    return (await client.query<Row>(text, [agentId])).rows;
  } finally {
    await client.end();
  }
}

/** An agent's events as the control plane keeps them; whether a hash follows the one before is for whoever compares to see. */
export async function keptEvents(url: string, agentId: string): Promise<ChainedEvent[]> {
  let prevHash = CHAIN_START;
  return (await rows(url, agentId)).map(({ seq, hash, event }) => {
    const link = { seq: Number(seq), prevHash, hash, event: JSON.parse(event) as ChainedEvent['event'] };
    prevHash = hash;
    return link;
  });
}

/** Decisions whose row does not say how it ended, though the end is in the table: searches would call them unknown. */
export async function unmerged(url: string, agentId: string): Promise<string[]> {
  const all = (await rows(url, agentId)).map(({ event, status }) => ({
    event: JSON.parse(event) as ChainedEvent['event'],
    status,
  }));
  const endOf = new Map(all.map(({ event }) => [event.intentId, event.outcome?.status]));
  return all
    .filter(
      ({ event, status }) => event.kind === 'statement.decided' && status !== (endOf.get(event.id) ?? null),
    )
    .map(({ event, status }) => `${event.id}: row says ${status}, the end ${endOf.get(event.id)}`);
}

export async function agentsIn(url: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ id: string }>(
      'select distinct agent_id as id from audit_event where agent_id is not null',
    );
    return rows.map(({ id }) => id);
  } finally {
    await client.end();
  }
}
