import { guardMasksWith, guardNames, guardRole } from '@postern/core/policy';
import type { GuardedDatabase, GuardRequest } from '@postern/core/roles';
import type { RolesConnection } from './connection.js';
import { CLOSED_FUNCTIONS, GRANTS_ON_DATABASE, GUARDED_SCHEMAS } from './inspect/guards.sql.js';

/** Guard roles that are wanted beside a manifest. `heir`: who gets what those that go have made. */
export interface WantedGuards extends GuardRequest {
  readonly heir: string;
}

/** What there is for guard roles to have rights on. To be called in a transaction of the connection. */
export async function readGuardedDatabase(
  connection: RolesConnection,
  { connection: slug, masks, heir }: WantedGuards,
): Promise<GuardedDatabase> {
  const { database, major, isSuperuser } = connection.facts;
  const names = [...guardNames(slug)];
  const schemas = await connection.rows<GuardedDatabase['schemas'][number]>(GUARDED_SCHEMAS, [names]);
  // What people with ddl make is theirs: others with guard roles are to reach it too.
  const makers = isSuperuser ? guardMasksWith('ddl', masks).map((mask) => guardRole(slug, mask)) : [];
  const [onDatabase] = await connection.rows<{ may: boolean }>(GRANTS_ON_DATABASE);
  return {
    database: onDatabase?.may === true ? database : null,
    major,
    schemas: schemas.map((schema) => ({ ...schema, owners: [...schema.owners, ...makers] })),
    closed: await connection.rows<GuardedDatabase['closed'][number]>(CLOSED_FUNCTIONS),
    heir,
  };
}
