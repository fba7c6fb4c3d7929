import type { PoolClient } from 'pg';

export interface AnchorRow {
  number: number;
  jws: string;
}

export async function listAnchors(client: PoolClient): Promise<AnchorRow[]> {
  const { rows } = await client.query<AnchorRow>(
    'select number::float8 as number, jws from audit_anchor order by number',
  );
  return rows;
}

export async function newestAnchor(client: PoolClient): Promise<AnchorRow | undefined> {
  const { rows } = await client.query<AnchorRow>(
    'select number::float8 as number, jws from audit_anchor order by number desc limit 1',
  );
  return rows[0];
}

export async function insertAnchor(client: PoolClient, orgId: string, anchor: AnchorRow): Promise<void> {
  await client.query('insert into audit_anchor (org_id, number, jws) values ($1, $2, $3)', [
    orgId,
    anchor.number,
    anchor.jws,
  ]);
}

/** Those that no copy was put outside of yet, the oldest first. */
export async function listUnkept(client: PoolClient): Promise<AnchorRow[]> {
  const { rows } = await client.query<AnchorRow>(
    'select number::float8 as number, jws from audit_anchor where kept_outside_at is null order by number limit 400',
  );
  return rows;
}

export async function noteKept(client: PoolClient, number: number): Promise<void> {
  await client.query('update audit_anchor set kept_outside_at = now() where number = $1', [number]);
}

/** Heads of all chains, all at one instant, with what retention removed of them. */
export async function readHeads(client: PoolClient, orgId: string) {
  const { rows } = await client.query<{
    chain: string;
    seq: number;
    hash: string;
    removed: [number, number][];
  }>(
    `select c.chain, c.seq::float8 as seq, c.hash, coalesce(
         (select json_agg(json_build_array(x.from_seq, x.to_seq) order by x.from_seq) from audit_expired x
           where x.chain_id = c.chain), '[]') as removed
     from (select id as chain, audit_seq as seq, audit_hash as hash from agent
           union all select org_id, seq, hash from org_audit_chain where org_id = $1) c
     order by c.chain`,
    [orgId],
  );
  return rows;
}
