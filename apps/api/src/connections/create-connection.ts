import { PosternError } from '@postern/core/errors';
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { recordChange } from '../audit/record-change.js';
import { requireEnvironment } from '../environments/environment.queries.js';
import { input, parseInput } from '../errors/parse-input.js';
import { violatedConstraint } from '../errors/prisma-error.js';
import { requestPublication } from '../policy/request-publication.js';
import { auditActorOf, type OrgActor } from '../tenancy/actor.js';
import type { TenantDb } from '../tenancy/tenant-db.js';
import { type ConnectionRow, insertConnection } from './connection.store.js';
import { auditedConnection, parseSettings } from './connection-settings.js';

/** A database that an agent of the environment can reach under this short name. Its address stays with the agent. */
export async function createConnection(
  db: TenantDb,
  actor: OrgActor,
  given: { environmentId: string; slug: string; input: unknown },
): Promise<ConnectionRow> {
  const { slug } = parseInput(z.object({ slug: input.slug }), given);
  const settings = parseSettings(given.input);
  const { orgId } = actor;
  const create = db.withOrg(orgId, async (tx) => {
    const environment = await requireEnvironment(tx, given.environmentId, 'environmentId');
    const row = await insertConnection(tx, {
      id: uuidv7(),
      orgId,
      environmentId: environment.id,
      slug,
      ...settings,
    });
    await recordChange(tx, orgId, {
      kind: 'connection.created',
      actor: auditActorOf(actor),
      connection: { id: row.id, slug },
      target: { type: 'connection', id: row.id, label: slug },
      after: { ...auditedConnection(row), environment: environment.slug },
    });
    await requestPublication(tx, orgId, environment.id);
    return row;
  });
  return create.catch((error) => {
    if (violatedConstraint(error) !== 'db_connection_slug_unique') throw error;
    throw new PosternError('connection.slug_taken', `there is a connection \`${slug}\` already`, {
      field: 'slug',
      fix: 'choose another short name; it is unique in the organisation, because rules name it',
    });
  });
}
