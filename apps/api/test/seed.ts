import type pg from 'pg';
import { v7 as uuidv7 } from 'uuid';

/** An organisation with one environment, written as rows: what features of their own tests make through the API. */
export interface SeededOrg {
  orgId: string;
  environmentId: string;
  ownerId: string;
  connectionId: string;
}

export async function seedUser(owner: pg.Pool, email: string): Promise<string> {
  const id = uuidv7();
  await owner.query('insert into users (id, email, name, password_hash) values ($1, $2, $3, $4)', [
    id,
    email,
    email.split('@')[0],
    'not a hash',
  ]);
  return id;
}

export async function seedMember(owner: pg.Pool, orgId: string, userId: string, role: string): Promise<void> {
  await owner.query('insert into membership (id, org_id, user_id, role) values ($1, $2, $3, $4)', [
    uuidv7(),
    orgId,
    userId,
    role,
  ]);
}

export async function seedOrg(owner: pg.Pool, slug: string): Promise<SeededOrg> {
  const [orgId, environmentId, connectionId] = [uuidv7(), uuidv7(), uuidv7()];
  const ownerId = await seedUser(owner, `owner@${slug}.test`);
  await owner.query('insert into org (id, slug, name) values ($1, $2, $3)', [
    orgId,
    slug,
    slug.toUpperCase(),
  ]);
  await seedMember(owner, orgId, ownerId, 'owner');
  await owner.query('insert into environment (id, org_id, slug, name) values ($1, $2, $3, $4)', [
    environmentId,
    orgId,
    'production',
    'Production',
  ]);
  await owner.query(
    'insert into db_connection (id, org_id, environment_id, slug, name) values ($1, $2, $3, $4, $5)',
    [connectionId, orgId, environmentId, 'shop', 'Shop'],
  );
  return { orgId, environmentId, ownerId, connectionId };
}

/** A rule for everybody on every connection; asks for the publication as the API would. */
export async function seedRule(owner: pg.Pool, org: SeededOrg, permissions: number): Promise<string> {
  const ruleId = uuidv7();
  const client = await owner.connect();
  try {
    await client.query('begin');
    await client.query('insert into rule (id, org_id, permissions) values ($1, $2, $3)', [
      ruleId,
      org.orgId,
      permissions,
    ]);
    await client.query(
      `insert into rule_member (id, org_id, rule_id, kind, position) values ($1, $2, $3, 'everyone', 0)`,
      [uuidv7(), org.orgId, ruleId],
    );
    await client.query('insert into outbox (org_id, job, payload) values ($1, $2, $3)', [
      org.orgId,
      'policy.publish',
      { orgId: org.orgId, environmentId: org.environmentId },
    ]);
    await client.query('commit');
  } finally {
    client.release();
  }
  return ruleId;
}

export async function askForPublication(owner: pg.Pool, org: SeededOrg): Promise<void> {
  await owner.query('insert into outbox (org_id, job, payload) values ($1, $2, $3)', [
    org.orgId,
    'policy.publish',
    { orgId: org.orgId, environmentId: org.environmentId },
  ]);
}

export async function publishedVersion(owner: pg.Pool, org: SeededOrg): Promise<number> {
  const { rows } = await owner.query<{ policy_version: number }>(
    'select policy_version from environment where id = $1',
    [org.environmentId],
  );
  return rows[0]?.policy_version ?? -1;
}

/** What the newest bundle says, read without verifying. */
export async function newestBundle(owner: pg.Pool, org: SeededOrg) {
  const { rows } = await owner.query<{ jws: string }>(
    'select jws from policy_bundle where environment_id = $1 order by version desc limit 1',
    [org.environmentId],
  );
  const payload = rows[0]?.jws.split('.')[1] ?? '';
  return JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
}

export async function outboxSize(owner: pg.Pool): Promise<number> {
  const { rows } = await owner.query<{ n: number }>('select count(*)::int as n from outbox');
  return rows[0]?.n ?? -1;
}

/** Waits until `check` answers with something true; the error says what was waited for. */
export async function eventually<T>(
  what: string,
  check: () => Promise<T> | T,
  timeoutMs = 20_000,
): Promise<Exclude<T, undefined | null | false>> {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const value = await check();
    if (value) return value as Exclude<T, undefined | null | false>;
    if (Date.now() > end) throw new Error(`waited in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
}
