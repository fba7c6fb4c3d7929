import type { Tx } from '../tenancy/tenant-db.js';

/** A database password as it may be shown. The verifier is written here and read by the policy bundle alone. */
export interface DatabasePasswordRow {
  id: string;
  orgId: string;
  environmentId: string;
  userId: string;
  expiresAt: Date;
  createdAt: Date;
}

const SHOWN = {
  id: true,
  orgId: true,
  environmentId: true,
  userId: true,
  expiresAt: true,
  createdAt: true,
} as const;

/** Puts it in the place of the holder's former one. True when there was one. */
export async function putPassword(tx: Tx, row: DatabasePasswordRow & { verifier: string }): Promise<boolean> {
  const { id, orgId, environmentId, userId, verifier, expiresAt, createdAt } = row;
  const rows = await tx.$queryRaw<{ replaced: boolean }[]>`
    insert into database_password as p (id, org_id, environment_id, user_id, verifier, expires_at, created_at)
    values (${id}::uuid, ${orgId}::uuid, ${environmentId}::uuid, ${userId}::uuid, ${verifier}, ${expiresAt}, ${createdAt})
    on conflict on constraint database_password_holder_unique do update
      set id = excluded.id, verifier = excluded.verifier, expires_at = excluded.expires_at, created_at = excluded.created_at
    returning xmax <> 0 as replaced`;
  return rows[0]?.replaced ?? false;
}

export const findPassword = (tx: Tx, id: string): Promise<DatabasePasswordRow | null> =>
  tx.databasePassword.findUnique({ where: { id }, select: SHOWN });

/** A person's own, one an environment at most. */
export const listPasswordsOf = (tx: Tx, userId: string): Promise<DatabasePasswordRow[]> =>
  tx.databasePassword.findMany({ where: { userId }, select: SHOWN, orderBy: { id: 'desc' } });

/** Everybody's, newest first. */
export const listPasswords = (tx: Tx, take: number, afterId?: string): Promise<DatabasePasswordRow[]> =>
  tx.databasePassword.findMany({
    select: SHOWN,
    where: afterId === undefined ? {} : { id: { lt: afterId } },
    orderBy: { id: 'desc' },
    take,
  });

export const countPasswords = (tx: Tx): Promise<number> => tx.databasePassword.count();

/** True when this call removed it. */
export async function deletePassword(tx: Tx, id: string): Promise<boolean> {
  const { count } = await tx.databasePassword.deleteMany({ where: { id } });
  return count === 1;
}
