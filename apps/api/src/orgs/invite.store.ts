import type { OrgRole } from '../tenancy/actor.js';
import type { SystemDb } from '../tenancy/system-db.js';
import type { Tx } from '../tenancy/tenant-db.js';

const INVITE = { id: true, email: true, role: true, expiresAt: true, createdAt: true } as const;

export interface InviteRow {
  id: string;
  email: string;
  role: OrgRole;
  expiresAt: Date;
  createdAt: Date;
}

/** An open invitation, found by its secret: the organisation is not known before. */
export interface OpenInvite {
  id: string;
  orgId: string;
  orgName: string;
  email: string;
  role: OrgRole;
  hasAccount: boolean;
}

export async function findOpenInvite(
  db: SystemDb,
  tokenHash: string,
  now: Date,
): Promise<OpenInvite | undefined> {
  const [row] = await db.query<OpenInvite>(
    `select i.id, i.org_id as "orgId", o.name as "orgName", i.email, i.role,
            exists (select from users u where u.email = i.email) as "hasAccount"
       from invite i join org o on o.id = i.org_id
      where i.token_hash = $1 and i.accepted_at is null and i.expires_at > $2`,
    [tokenHash, now],
  );
  return row;
}

export const insertInvite = (
  tx: Tx,
  invite: { id: string; orgId: string; email: string; role: OrgRole; tokenHash: string; expiresAt: Date },
): Promise<InviteRow> => tx.invite.create({ data: invite, select: INVITE }) as Promise<InviteRow>;

/** Open ones, the newest first. */
export const listOpenInvites = (tx: Tx, now: Date): Promise<InviteRow[]> =>
  tx.invite.findMany({
    select: INVITE,
    where: { acceptedAt: null, expiresAt: { gt: now } },
    orderBy: { id: 'desc' },
    take: 500,
  }) as Promise<InviteRow[]>;

export const findInvite = (tx: Tx, id: string): Promise<InviteRow | null> =>
  tx.invite.findFirst({ select: INVITE, where: { id, acceptedAt: null } }) as Promise<InviteRow | null>;

export async function deleteOpenInvites(tx: Tx, where: { id: string } | { email: string }): Promise<number> {
  const { count } = await tx.invite.deleteMany({ where: { ...where, acceptedAt: null } });
  return count;
}

/** True when this call is the one that used it up. */
export async function useInvite(tx: Tx, id: string, now: Date): Promise<boolean> {
  const { count } = await tx.invite.updateMany({
    where: { id, acceptedAt: null, expiresAt: { gt: now } },
    data: { acceptedAt: now },
  });
  return count === 1;
}
