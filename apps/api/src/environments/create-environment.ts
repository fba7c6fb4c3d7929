import { PosternError } from '@postern/core/errors';
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { recordChange } from '../audit/record-change.js';
import { input, parseInput } from '../errors/parse-input.js';
import { violatedConstraint } from '../errors/prisma-error.js';
import { requestPublication } from '../policy/request-publication.js';
import { auditActorOf, type OrgActor } from '../tenancy/actor.js';
import type { TenantDb, Tx } from '../tenancy/tenant-db.js';
import { type EnvironmentRow, insertEnvironment } from './environment.store.js';

const newEnvironment = z.object({ slug: input.slug, name: input.name });

async function create(
  tx: Tx,
  actor: OrgActor,
  given: { slug: string; name: string },
): Promise<EnvironmentRow> {
  const row = await insertEnvironment(tx, { id: uuidv7(), orgId: actor.orgId, ...given });
  await recordChange(tx, actor.orgId, {
    kind: 'environment.created',
    actor: auditActorOf(actor),
    target: { type: 'environment', id: row.id, label: row.name },
    after: given,
  });
  await requestPublication(tx, actor.orgId, row.id);
  return row;
}

/** Every organisation begins with `production`. */
export const createFirstEnvironment = (tx: Tx, actor: OrgActor): Promise<EnvironmentRow> =>
  create(tx, actor, { slug: 'production', name: 'Production' });

export async function createEnvironment(
  db: TenantDb,
  actor: OrgActor,
  given: { slug: string; name: string },
): Promise<EnvironmentRow> {
  const parsed = parseInput(newEnvironment, given);
  return db
    .withOrg(actor.orgId, (tx) => create(tx, actor, parsed))
    .catch((error) => {
      if (violatedConstraint(error) !== 'environment_slug_unique') throw error;
      throw new PosternError('environment.slug_taken', `there is an environment \`${parsed.slug}\` already`, {
        field: 'slug',
        fix: 'choose another short name',
      });
    });
}
