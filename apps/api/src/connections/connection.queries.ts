import { PosternError } from '@postern/core/errors';
import { visibleConnections } from '@postern/core/policy';
import { isAtLeast } from '../auth/actors.js';
import { isUuid } from '../graphql/ids.js';
import { type CountedPage, type PageArgs, pageOf, pageRequest } from '../graphql/page.js';
import { readOrgPolicy } from '../rules/org-policy.queries.js';
import type { OrgActor } from '../tenancy/actor.js';
import type { TenantDb, Tx } from '../tenancy/tenant-db.js';
import {
  type ConnectionRow,
  countConnections,
  findConnection,
  findConnectionsBySlug,
  listConnections,
} from './connection.store.js';

/** A connection as others see it: its row, without anything secret in it. */
export type ConnectionView = ConnectionRow;

export async function requireConnection(tx: Tx, id: string, field = 'id'): Promise<ConnectionRow> {
  const connection = isUuid(id) ? await findConnection(tx, id) : null;
  if (connection) return connection;
  throw new PosternError('connection.not_found', `there is no connection \`${id}\` here`, {
    field,
    fix: 'reload the list',
  });
}

/** The connections that exist among `slugs`. */
export async function connectionsBySlug(
  tx: Tx,
  slugs: readonly string[],
): Promise<Map<string, ConnectionRow>> {
  const rows = slugs.length === 0 ? [] : await findConnectionsBySlug(tx, slugs);
  return new Map(rows.map((row) => [row.slug, row]));
}

/** Who runs the organisation sees every connection; members those on which they have a permission (spec, "Default deny"). */
export function listConnectionsPage(
  db: TenantDb,
  actor: OrgActor,
  args: PageArgs,
): Promise<CountedPage<ConnectionRow>> {
  const request = pageRequest(args);
  return db.withOrg(actor.orgId, async (tx) => {
    const slugs = isAtLeast(actor.role, 'auditor') ? undefined : await slugsVisibleTo(tx, actor);
    const rows = await listConnections(tx, request.take, request.after?.[0], slugs);
    const page = pageOf(
      request,
      rows,
      (row) => [row.slug],
      (row) => row,
    );
    return { ...page, totalCount: await countConnections(tx, slugs) };
  });
}

async function slugsVisibleTo(tx: Tx, actor: OrgActor): Promise<string[]> {
  const policy = await readOrgPolicy(tx);
  return visibleConnections(policy, actor.userId).map(({ connection }) => connection.slug);
}
