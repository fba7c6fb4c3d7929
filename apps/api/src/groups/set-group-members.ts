import { PosternError } from '@postern/core/errors';
import { recordChange } from '../audit/record-change.js';
import { isUuid } from '../graphql/ids.js';
import { peopleById } from '../orgs/member.queries.js';
import { requestPublication } from '../policy/request-publication.js';
import { auditActorOf, type OrgActor } from '../tenancy/actor.js';
import type { TenantDb, Tx } from '../tenancy/tenant-db.js';
import { requireGroup } from './group.queries.js';
import {
  addMembers,
  findGroupPeople,
  type GroupPerson,
  type GroupRow,
  lockGroup,
  removeMembers,
} from './group.store.js';

const MOST = 5_000;

/** The people that are to be in the group; everyone named must be a member of the organisation. */
async function requirePeople(tx: Tx, userIds: readonly string[]): Promise<GroupPerson[]> {
  if (userIds.length > MOST)
    throw new PosternError('input.invalid', `a group has at most ${MOST} members`, {
      field: 'userIds',
      fix: 'split the group',
    });
  const people = await peopleById(tx, userIds.filter(isUuid));
  return userIds.map((id, index) => {
    const person = people.get(id.toLowerCase());
    if (person) return person;
    throw new PosternError('member.not_found', `\`${id}\` is not a member of the organisation`, {
      field: `userIds.${index}`,
      fix: 'invite them first',
    });
  });
}

const without = (people: readonly GroupPerson[], others: readonly GroupPerson[]): GroupPerson[] => {
  const ids = new Set(others.map((person) => person.id));
  return people.filter((person) => !ids.has(person.id));
};

/** Replaces the members of a group as a whole. */
export function setGroupMembers(
  db: TenantDb,
  actor: OrgActor,
  given: { id: string; userIds: readonly string[] },
): Promise<GroupRow> {
  return db.withOrg(actor.orgId, async (tx) => {
    const group = await requireGroup(tx, given.id);
    await lockGroup(tx, group.id);
    const after = await requirePeople(tx, [...new Set(given.userIds)]);
    const before = (await findGroupPeople(tx, [group.id])).map((row) => row.person);
    const added = without(after, before);
    const removed = without(before, after);
    if (added.length + removed.length === 0) return group;
    await removeMembers(
      tx,
      group.id,
      removed.map((person) => person.id),
    );
    await addMembers(
      tx,
      actor.orgId,
      group.id,
      added.map((person) => person.id),
    );
    await recordChange(tx, actor.orgId, {
      kind: 'group.updated',
      actor: auditActorOf(actor),
      target: { type: 'group', id: group.id, label: group.slug },
      before: { members: before.map((person) => person.email).sort() },
      after: { members: after.map((person) => person.email).sort() },
    });
    await requestPublication(tx, actor.orgId);
    return group;
  });
}
