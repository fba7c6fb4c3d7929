import type { Tx } from '../tenancy/tenant-db.js';

export interface EnvironmentRow {
  id: string;
  orgId: string;
  slug: string;
  name: string;
  policyVersion: number;
  policyPublishedAt: Date | null;
  createdAt: Date;
}

export const insertEnvironment = (
  tx: Tx,
  environment: { id: string; orgId: string; slug: string; name: string },
): Promise<EnvironmentRow> => tx.environment.create({ data: environment });

/** All of an organisation's, in the order of creation: there are few. */
export const listEnvironments = (tx: Tx): Promise<EnvironmentRow[]> =>
  tx.environment.findMany({ orderBy: { id: 'asc' } });

export const findEnvironment = (tx: Tx, id: string): Promise<EnvironmentRow | null> =>
  tx.environment.findUnique({ where: { id } });

export const findEnvironments = (tx: Tx, ids: readonly string[]): Promise<EnvironmentRow[]> =>
  tx.environment.findMany({ where: { id: { in: [...ids] } } });

export const renameEnvironment = (tx: Tx, id: string, name: string): Promise<EnvironmentRow> =>
  tx.environment.update({ where: { id }, data: { name } });

export async function deleteEnvironmentRow(tx: Tx, id: string): Promise<void> {
  await tx.environment.delete({ where: { id } });
}

/** What still belongs to an environment. Agents stay for ever, revoked or not: the audit trail names them. */
export async function countUsers(tx: Tx, id: string): Promise<{ connections: number; agents: number }> {
  const connections = await tx.dbConnection.count({ where: { environmentId: id } });
  const agents = await tx.agent.count({ where: { environmentId: id } });
  return { connections, agents };
}

export async function countConnectionsByEnvironment(
  tx: Tx,
  ids: readonly string[],
): Promise<Map<string, number>> {
  const rows = await tx.dbConnection.groupBy({
    by: ['environmentId'],
    where: { environmentId: { in: [...ids] } },
    _count: true,
  });
  return new Map(rows.map((row) => [row.environmentId, row._count]));
}
