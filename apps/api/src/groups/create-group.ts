import { PosternError } from '@postern/core/errors';
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { recordChange } from '../audit/record-change.js';
import { input, parseInput } from '../errors/parse-input.js';
import { violatedConstraint } from '../errors/prisma-error.js';
import { requestPublication } from '../policy/request-publication.js';
import { auditActorOf, type OrgActor } from '../tenancy/actor.js';
import type { TenantDb } from '../tenancy/tenant-db.js';
import { type GroupRow, insertGroup } from './group.store.js';

const newGroup = z.object({ slug: input.slug, name: input.name });

export async function createGroup(
  db: TenantDb,
  actor: OrgActor,
  given: { slug: string; name: string },
): Promise<GroupRow> {
  const { slug, name } = parseInput(newGroup, given);
  const create = db.withOrg(actor.orgId, async (tx) => {
    const group = await insertGroup(tx, { id: uuidv7(), orgId: actor.orgId, slug, name });
    await recordChange(tx, actor.orgId, {
      kind: 'group.created',
      actor: auditActorOf(actor),
      target: { type: 'group', id: group.id, label: slug },
      after: { slug, name },
    });
    await requestPublication(tx, actor.orgId);
    return group;
  });
  return create.catch((error) => {
    if (violatedConstraint(error) !== 'user_group_slug_unique') throw error;
    throw new PosternError('group.slug_taken', `there is a group \`${slug}\` already`, {
      field: 'slug',
      fix: 'choose another short name',
    });
  });
}
