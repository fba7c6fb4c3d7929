import type { PoolClient } from 'pg';

/** Whose access to what is reviewed. */
interface ReviewedPair {
  id: string;
  userId: string;
  connectionSlug: string;
}

export interface ItemUse {
  itemId: string;
  lastUsedAt: Date | null;
  /** Permission mask. */
  used: number;
}

/** Longest that the trail is asked: a page without this is better than one that waits. */
const TIMEOUT_MS = 8_000;

/** What people did since an instant with what is reviewed: pair by pair, from the index of people alone. */
export async function readUse(
  client: PoolClient,
  items: readonly ReviewedPair[],
  since: Date,
): Promise<ItemUse[]> {
  await client.query(`select set_config('statement_timeout', '${TIMEOUT_MS}', true)`);
  const { rows } = await client.query<ItemUse>(
    `select i.id as "itemId", u.at as "lastUsedAt", coalesce(u.used, 0)::int as used
       from unnest($1::uuid[], $2::text[], $3::text[]) as i(id, user_id, slug)
       cross join lateral (
         select max(e.at) as at, bit_or(e.required) as used
           from audit_event e
          where e.actor_id = i.user_id and e.connection_slug = i.slug and e.decision = 'allowed'
            and e.required is not null and e.at >= $4 and e.kind <> 'statement.finished') u`,
    [
      items.map(({ id }) => id),
      items.map(({ userId }) => userId),
      items.map(({ connectionSlug }) => connectionSlug),
      since,
    ],
  );
  return rows;
}
