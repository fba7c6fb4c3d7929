import type { SystemDb } from '../tenancy/system-db.js';

/** An agent as far as it can be known before its organisation is. */
export interface AgentIdentity {
  id: string;
  orgId: string;
  environmentId: string;
  name: string;
  publicKey: string;
  consoleUrl: string;
  revokedAt: Date | null;
}

export async function findAgentIdentity(db: SystemDb, id: string): Promise<AgentIdentity | undefined> {
  const rows = await db.query<AgentIdentity>(
    `select id, org_id as "orgId", environment_id as "environmentId", name, public_key as "publicKey",
       console_url as "consoleUrl", revoked_at as "revokedAt"
     from agent where id = $1`,
    [id],
  );
  return rows[0];
}

/** The organisation of an enrolment token that could be used now. Using it is another matter, and happens once. */
export async function findTokenOrg(db: SystemDb, tokenHash: string): Promise<string | undefined> {
  const rows = await db.query<{ org_id: string }>(
    'select org_id from enrolment_token where token_hash = $1 and used_at is null and expires_at > now()',
    [tokenHash],
  );
  return rows[0]?.org_id;
}

export async function isMember(db: SystemDb, orgId: string, userId: string): Promise<boolean> {
  const rows = await db.query('select 1 from membership where org_id = $1 and user_id = $2', [orgId, userId]);
  return rows.length === 1;
}
