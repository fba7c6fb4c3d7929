import { PosternError } from '@postern/core/errors';
import type { SaveQueryRequest } from '@postern/protocol/console-kept';
import { v7 as uuidv7 } from 'uuid';
import type { AgentIdentity } from '../agents/agent-identities.js';
import { recordChange } from '../audit/record-change.js';
import { violatedConstraint } from '../errors/prisma-error.js';
import { personOfAgent } from '../orgs/person-of-agent.js';
import { auditActorOf } from '../tenancy/actor.js';
import type { TenantDb, Tx } from '../tenancy/tenant-db.js';
import {
  changeQuery,
  countQueries,
  deleteQueryRow,
  findOwnQuery,
  insertQuery,
  type SavedQueryRow,
} from './saved-query.store.js';

/** A list that a person looks through. */
const MOST = 500;

/** Keeps a query for a person at a console: a new one, or one of their own anew. */
export function saveQuery(db: TenantDb, agent: AgentIdentity, request: SaveQueryRequest): Promise<string> {
  const { orgId, environmentId } = agent;
  const { personId, id, folder, name, connection, sql, isShared } = request;
  const kept = { folder: cleanFolder(folder), name, connectionSlug: connection, body: sql, isShared };
  return named(name, () =>
    db.withOrg(orgId, async (tx) => {
      const person = await personOfAgent(tx, agent, personId);
      const before =
        id === undefined ? undefined : await requireOwn(tx, { id, environmentId, userId: personId });
      if (!before && (await countQueries(tx, environmentId, personId)) >= MOST) {
        const fix = 'delete one that you no longer use';
        throw new PosternError('input.invalid', `you have ${MOST} saved queries`, { field: 'name', fix });
      }
      const row = before
        ? await changeQuery(tx, before.id, kept)
        : await insertQuery(tx, { id: uuidv7(), orgId, environmentId, userId: personId, ...kept });
      await recordChange(tx, orgId, {
        kind: 'saved_query.saved',
        path: 'console',
        actor: auditActorOf({ userId: person.id, email: person.email }),
        target: targetOf(row),
        ...(before ? { before: factsOf(before) } : {}),
        after: factsOf(row),
      });
      return row.id;
    }),
  );
}

/** Deletes one of the person's own. */
export function deleteQuery(db: TenantDb, agent: AgentIdentity, personId: string, id: string): Promise<void> {
  const { orgId, environmentId } = agent;
  return db.withOrg(orgId, async (tx) => {
    const person = await personOfAgent(tx, agent, personId);
    const row = await requireOwn(tx, { id, environmentId, userId: personId });
    await deleteQueryRow(tx, row.id);
    await recordChange(tx, orgId, {
      kind: 'saved_query.deleted',
      path: 'console',
      actor: auditActorOf({ userId: person.id, email: person.email }),
      target: targetOf(row),
      before: factsOf(row),
    });
  });
}

async function requireOwn(
  tx: Tx,
  of: { id: string; environmentId: string; userId: string },
): Promise<SavedQueryRow> {
  const row = await findOwnQuery(tx, of);
  if (row) return row;
  throw new PosternError('saved_query.not_found', 'you have no such saved query', {
    field: 'id',
    fix: 'reload the list; what others share can be saved under a name of your own',
  });
}

const targetOf = (row: SavedQueryRow) => ({ type: 'saved_query', id: row.id, label: row.name });

/** Without the text: it may hold what the agent would have redacted from a statement. */
const factsOf = ({ folder, name, connectionSlug, isShared }: SavedQueryRow) => ({
  ...{ folder, name, isShared },
  connection: connectionSlug,
});

const cleanFolder = (folder: string): string =>
  folder
    .split('/')
    .map((part) => part.trim())
    .filter(Boolean)
    .join('/');

async function named<T>(name: string, work: () => Promise<T>): Promise<T> {
  return work().catch((error) => {
    if (violatedConstraint(error) !== 'saved_query_name_unique') throw error;
    throw new PosternError(
      'saved_query.name_taken',
      `you have a saved query \`${name}\` in that folder already`,
      {
        field: 'name',
        fix: 'choose another name or folder, or save over the one you have',
      },
    );
  });
}
