import { randomBytes } from 'node:crypto';
import { PosternError } from '@postern/core/errors';
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { recordChange } from '../audit/record-change.js';
import type { Person } from '../auth/sessions.js';
import { createFirstEnvironment } from '../environments/create-environment.js';
import { input, parseInput } from '../errors/parse-input.js';
import { violatedConstraint } from '../errors/prisma-error.js';
import { auditActorOf } from '../tenancy/actor.js';
import type { TenantDb, Tx } from '../tenancy/tenant-db.js';
import { insertMember } from './member.store.js';
import { findOrg, insertOrg, type OrgRow } from './org.store.js';

/** An organisation about to exist. */
export interface NewOrg {
  id: string;
  slug: string;
  name: string;
}

/** First path segments that belong to the web app and its files: an organisation of that name could not be reached. */
const RESERVED = new Set([
  'sign-in',
  'sign-up',
  'invite',
  'authorize',
  'graphql',
  'api',
  'healthz',
  'static',
  'new',
]);

/** Letters and digits of a name without their accents, joined by hyphens. */
export function slugOf(name: string): string {
  const slug = name
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40)
    .replace(/-+$/, '');
  return slug === '' ? 'org' : slug;
}

/** Runs `found` with a slug made of the name; while that belongs to somebody, with a longer one. */
export async function withFreeSlug<T>(name: string, found: (org: NewOrg) => Promise<T>): Promise<T> {
  const slug = slugOf(name);
  for (let attempt = 0; attempt < 5; attempt++) {
    const suffix = attempt === 0 && !RESERVED.has(slug) ? '' : `-${randomBytes(3).toString('hex')}`;
    try {
      return await found({ id: uuidv7(), slug: slug + suffix, name });
    } catch (error) {
      if (violatedConstraint(error) !== 'org_slug_unique') throw error;
    }
  }
  throw new PosternError('org.slug_taken', `no short name could be found for \`${name}\``, {
    field: 'name',
    fix: 'choose another name',
  });
}

/** The rows of a new organisation: itself, its first owner, its first environment. */
export async function foundOrg(tx: Tx, org: NewOrg, owner: Person): Promise<void> {
  await insertOrg(tx, org);
  await insertMember(tx, { id: uuidv7(), orgId: org.id, userId: owner.userId, role: 'owner' });
  const actor = { ...owner, orgId: org.id, role: 'owner' as const };
  await recordChange(tx, org.id, {
    kind: 'org.created',
    actor: auditActorOf(owner),
    target: { type: 'org', id: org.id, label: org.name },
    after: { slug: org.slug, name: org.name, owner: owner.email },
  });
  await createFirstEnvironment(tx, actor);
}

const newOrg = z.object({ name: input.name });

export function createOrg(db: TenantDb, owner: Person, given: { name: string }): Promise<OrgRow> {
  const { name } = parseInput(newOrg, given);
  return withFreeSlug(name, (org) =>
    db.withOrg(org.id, async (tx) => {
      await foundOrg(tx, org, owner);
      return (await findOrg(tx, org.id)) as OrgRow;
    }),
  );
}
