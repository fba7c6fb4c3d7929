import { PosternError } from '@postern/core/errors';
import { isUuid } from '../graphql/ids.js';
import type { OrgActor } from '../tenancy/actor.js';
import type { TenantDb, Tx } from '../tenancy/tenant-db.js';
import {
  countConnectionsByEnvironment,
  type EnvironmentRow,
  findEnvironment,
  findEnvironments,
  listEnvironments,
} from './environment.store.js';

export async function requireEnvironment(tx: Tx, id: string, field = 'id'): Promise<EnvironmentRow> {
  const environment = isUuid(id) ? await findEnvironment(tx, id) : null;
  if (environment) return environment;
  throw new PosternError('environment.not_found', `there is no environment \`${id}\` here`, {
    field,
    fix: 'choose one of the list',
  });
}

export const listAllEnvironments = (db: TenantDb, actor: OrgActor): Promise<EnvironmentRow[]> =>
  db.withOrg(actor.orgId, listEnvironments);

export function environmentsById(
  db: TenantDb,
  orgId: string,
  ids: readonly string[],
): Promise<Map<string, EnvironmentRow>> {
  return db.withOrg(orgId, async (tx) => {
    const rows = await findEnvironments(tx, ids);
    return new Map(rows.map((row) => [row.id, row]));
  });
}

export const connectionCounts = (
  db: TenantDb,
  orgId: string,
  ids: readonly string[],
): Promise<Map<string, number>> => db.withOrg(orgId, (tx) => countConnectionsByEnvironment(tx, ids));
