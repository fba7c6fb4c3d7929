import { isUuid } from '../graphql/ids.js';
import { type CountedPage, type PageArgs, pageOf, pageRequest } from '../graphql/page.js';
import { peopleById } from '../orgs/member.queries.js';
import type { OrgActor } from '../tenancy/actor.js';
import type { TenantDb, Tx } from '../tenancy/tenant-db.js';
import {
  countPasswords,
  type DatabasePasswordRow,
  listPasswords,
  listPasswordsOf,
} from './database-password.store.js';

export interface DatabasePasswordView extends DatabasePasswordRow {
  user: { id: string; email: string; name: string };
}

async function withHolders(tx: Tx, rows: readonly DatabasePasswordRow[]): Promise<DatabasePasswordView[]> {
  const people = await peopleById(tx, [...new Set(rows.map((row) => row.userId))]);
  return rows.flatMap((row) => {
    const user = people.get(row.userId);
    return user ? [{ ...row, user }] : [];
  });
}

/** The caller's own. */
export const listOwnPasswords = (db: TenantDb, actor: OrgActor): Promise<DatabasePasswordView[]> =>
  db.withOrg(actor.orgId, async (tx) => withHolders(tx, await listPasswordsOf(tx, actor.userId)));

/** Everybody's, newest first. */
export function listPasswordsPage(
  db: TenantDb,
  actor: OrgActor,
  args: PageArgs,
): Promise<CountedPage<DatabasePasswordView>> {
  const request = pageRequest(args);
  const after = request.after?.[0];
  return db.withOrg(actor.orgId, async (tx) => {
    const rows = await listPasswords(
      tx,
      request.take,
      after !== undefined && isUuid(after) ? after : undefined,
    );
    const page = pageOf(
      request,
      await withHolders(tx, rows),
      (row) => [row.id],
      (row) => row,
    );
    return { ...page, totalCount: await countPasswords(tx) };
  });
}
