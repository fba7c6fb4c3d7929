import type { Person } from '../auth/sessions.js';
import type { SystemDb } from '../tenancy/system-db.js';
import { findMemberships, type MembershipRow } from './person.store.js';

type OrgOfViewer = Omit<MembershipRow, 'role'>;

/** A person, and the organisations that they belong to with their role there. */
export interface ViewerOf {
  user: { id: string; email: string; name: string };
  memberships: { org: OrgOfViewer; role: MembershipRow['role'] }[];
}

export async function viewerOf(db: SystemDb, person: Person): Promise<ViewerOf> {
  const rows = await findMemberships(db, person.userId);
  return {
    user: { id: person.userId, email: person.email, name: person.name },
    memberships: rows.map(({ role, ...org }) => ({ org, role })),
  };
}
