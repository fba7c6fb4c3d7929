import type { CompiledPolicy } from './compile.js';
import { evaluate } from './evaluate.js';
import type { PolicyConnection } from './model.js';
import { PERMISSION_BIT, type Permission, type PermissionMask, permissionsOf } from './permission.js';

/** What of a mask PostgreSQL can grant. It knows neither `explain` nor `export`, and `admin` is no set of grants. */
const GRANTABLE: PermissionMask =
  PERMISSION_BIT.read | PERMISSION_BIT.write | PERMISSION_BIT.ddl | PERMISSION_BIT.execute;

/**
 * The part of a mask that a guard role stands for (ARCHITECTURE.md, wall 3); people whose masks have the same one share it.
 * Undefined with `admin`: it changes who may do what, so no role that may do it keeps anybody from anything.
 */
export function guardMaskOf(mask: PermissionMask): PermissionMask | undefined {
  return (mask & PERMISSION_BIT.admin) === 0 ? mask & GRANTABLE : undefined;
}

/** Every mask that a guard role can stand for: 16. */
export const GUARD_MASKS: readonly PermissionMask[] = Array.from(
  { length: GRANTABLE + 1 },
  (_, mask) => mask,
).filter((mask) => (mask & ~GRANTABLE) === 0);

/** Those of the masks that have a permission. */
export const guardMasksWith = (permission: Permission, masks: readonly PermissionMask[]): PermissionMask[] =>
  masks.filter((mask) => (mask & PERMISSION_BIT[permission]) !== 0);

/** How many people who see a connection hold each guard mask; `ownLogin`: how many hold `admin`. */
export interface GuardUse {
  readonly people: ReadonlyMap<PermissionMask, number>;
  readonly ownLogin: number;
}

/** Which guard masks a connection's rules take, in the order of {@link GUARD_MASKS}. Nobody sees it: empty. */
export function guardUse(policy: CompiledPolicy, connectionSlug: string): GuardUse {
  const counts = new Map<PermissionMask | undefined, number>();
  for (const principalId of policy.principals) {
    const mask = evaluate(policy, principalId, connectionSlug);
    if (mask === 0) continue;
    const guard = guardMaskOf(mask);
    counts.set(guard, (counts.get(guard) ?? 0) + 1);
  }
  const used = GUARD_MASKS.filter((mask) => counts.has(mask));
  return {
    people: new Map(used.map((mask) => [mask, counts.get(mask) ?? 0])),
    ownLogin: counts.get(undefined) ?? 0,
  };
}

/** NAMEDATALEN - 1 less what stands around a slug in the longest of the names below. */
const SLUG_MAX = 63 - 'postern__read_write_ddl_execute'.length;
/** 32-bit FNV-1a: names of different long slugs are to differ, nothing depends on them being hard to find. */
function fingerprint(text: string): string {
  let hash = 0x811c9dc5;
  for (const char of text) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}

/** Roles belong to a whole server, guard roles to a connection: hence its slug, which has no `_`. */
function prefixOf(slug: string): string {
  const short = slug.length <= SLUG_MAX ? slug : `${slug.slice(0, SLUG_MAX - 9)}-${fingerprint(slug)}`;
  return `postern_${short}_`;
}

/** Name of the login for people who hold a guard mask: `postern_shop_read_write`; `postern_shop_none` for nothing. */
export function guardRole(connectionSlug: string, guardMask: PermissionMask): string {
  return prefixOf(connectionSlug) + (guardMask === 0 ? 'none' : permissionsOf(guardMask).join('_'));
}

/** Name of the group that holds what one permission comes to: `postern_shop_may_read`. */
export function guardGroup(connectionSlug: string, permission: string): string {
  return `${prefixOf(connectionSlug)}may_${permission}`;
}

/** Names of all guard roles that a connection can have, logins and groups, whether or not they exist. */
export function guardNames(connectionSlug: string): Set<string> {
  return new Set([
    ...GUARD_MASKS.map((mask) => guardRole(connectionSlug, mask)),
    ...permissionsOf(GRANTABLE).map((permission) => guardGroup(connectionSlug, permission)),
  ]);
}

/**
 * The guard role that a session with this mask logs in as, and whether it is in the database; undefined: the agent's own
 * login, because the connection has no guard roles or the mask has `admin`.
 */
export function guardFor(
  { slug, guards }: Pick<PolicyConnection, 'slug' | 'guards'>,
  mask: PermissionMask,
): { readonly role: string; readonly isThere: boolean } | undefined {
  const guardMask = guards === undefined ? undefined : guardMaskOf(mask);
  if (guardMask === undefined) return undefined;
  return { role: guardRole(slug, guardMask), isThere: guards?.includes(guardMask) === true };
}
