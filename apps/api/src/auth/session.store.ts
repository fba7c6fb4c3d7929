import type { OrgRole } from '../tenancy/actor.js';
import type { SystemDb } from '../tenancy/system-db.js';

export interface SessionRow {
  userId: string;
  email: string;
  name: string;
  createdAt: Date;
  expiresAt: Date;
}

export async function findSession(db: SystemDb, tokenHash: string): Promise<SessionRow | undefined> {
  const [row] = await db.query<SessionRow>(
    `select s.user_id as "userId", u.email, u.name, s.created_at as "createdAt", s.expires_at as "expiresAt"
       from session s join users u on u.id = s.user_id where s.token_hash = $1`,
    [tokenHash],
  );
  return row;
}

export async function insertSession(
  db: SystemDb,
  row: { tokenHash: string; userId: string; createdAt: Date; expiresAt: Date },
): Promise<void> {
  await db.query(
    'insert into session (token_hash, user_id, created_at, expires_at) values ($1, $2, $3, $4)',
    [row.tokenHash, row.userId, row.createdAt, row.expiresAt],
  );
}

export async function extendSession(db: SystemDb, tokenHash: string, expiresAt: Date): Promise<void> {
  await db.query('update session set expires_at = $2 where token_hash = $1', [tokenHash, expiresAt]);
}

export async function deleteSession(db: SystemDb, tokenHash: string): Promise<void> {
  await db.query('delete from session where token_hash = $1', [tokenHash]);
}

/** Forgets sessions of a person that ended before `now`. */
export async function deleteEndedSessions(db: SystemDb, userId: string, now: Date): Promise<void> {
  await db.query('delete from session where user_id = $1 and expires_at < $2', [userId, now]);
}

export async function findRole(db: SystemDb, orgId: string, userId: string): Promise<OrgRole | undefined> {
  const [row] = await db.query<{ role: OrgRole }>(
    'select role from membership where org_id = $1 and user_id = $2',
    [orgId, userId],
  );
  return row?.role;
}
