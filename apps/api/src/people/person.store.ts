import type { OrgRole } from '../tenancy/actor.js';
import type { SystemDb } from '../tenancy/system-db.js';
import type { Tx } from '../tenancy/tenant-db.js';

export interface Credentials {
  userId: string;
  email: string;
  name: string;
  passwordHash: string;
}

export async function findCredentials(db: SystemDb, email: string): Promise<Credentials | undefined> {
  const [row] = await db.query<Credentials>(
    'select id as "userId", email, name, password_hash as "passwordHash" from users where email = $1',
    [email],
  );
  return row;
}

export interface MembershipRow {
  id: string;
  slug: string;
  name: string;
  createdAt: Date;
  role: OrgRole;
}

/** The organisations of a person, by name. */
export function findMemberships(db: SystemDb, userId: string): Promise<MembershipRow[]> {
  return db.query<MembershipRow>(
    `select o.id, o.slug, o.name, o.created_at as "createdAt", m.role
       from membership m join org o on o.id = m.org_id where m.user_id = $1 order by o.name, o.id`,
    [userId],
  );
}

/** No row comes back: the app role may add a password's hash and not read it. */
export async function insertPerson(
  tx: Tx,
  person: { id: string; email: string; name: string; passwordHash: string },
): Promise<void> {
  await tx.user.createMany({ data: [person] });
}
