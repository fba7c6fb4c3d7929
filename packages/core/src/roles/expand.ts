import { allowedOn, allowedOnFuture, privilegeWords, selectorOf } from './check-objects.js';
import { claimsOf } from './claims.js';
import { consistencyProblems } from './consistency.js';
import type { Claim, Desired, DesiredGrant, DesiredRole } from './desired.js';
import type { PathSegment, ReadDocument } from './document.js';
import type { Entries } from './entries.js';
import type { Manifest, ManifestRole, Profile } from './manifest.js';
import { desiredOf } from './merge-entries.js';
import { ownRoleProblems } from './names.js';
import { nearest } from './nearest.js';
import { PUBLIC } from './objects.js';
import { type Place, type Problem, problem } from './problem.js';
import { instantOf } from './valid-until.js';

type At = ReadDocument['at'];
type Path = readonly PathSegment[];

/** A manifest without profiles; what is wrong with it as a whole; and what it claims, entry by entry, for bundles. */
export interface Expanded {
  readonly desired: Desired;
  readonly problems: readonly Problem[];
  readonly claims: readonly { readonly claim: Claim; readonly at: Place }[];
}

/** Without `default_owner`, as the field's manifests have it. */
const FALLBACK_OWNER = 'postgres';

/**
 * Replaces profiles by the roles and rights that they stand for, and merges entries that speak of the same thing. Expects
 * that `checkManifest` found nothing; what only shows in the whole (duplicates, cycles, contradictions, unknown profiles)
 * is in `problems`.
 */
export function expand(manifest: Manifest, at: At): Expanded {
  const problems: Problem[] = [];
  const entries: Entries = {
    roles: [],
    externalRoles: [],
    schemas: [],
    grants: [],
    defaults: [],
    memberships: [],
    retirements: [],
    rowSecurity: [],
  };
  for (const index of manifest.schemas.keys()) expandSchema(manifest, index, at, entries, problems);
  addRoles(manifest, at, entries);
  addRights(manifest, at, entries);
  addMemberships(manifest, at, entries);
  addRowSecurity(manifest, at, entries);
  problems.push(...consistencyProblems(entries));
  return {
    desired: desiredOf(entries, manifest.manage === 'all_roles'),
    problems,
    claims: claimsOf(entries, manifest),
  };
}

function expandSchema(
  manifest: Manifest,
  index: number,
  at: At,
  entries: Entries,
  problems: Problem[],
): void {
  const schema = manifest.schemas[index];
  if (!schema) return;
  const path: Path = ['schemas', index];
  const owner = schema.owner ?? manifest.default_owner ?? null;
  entries.schemas.push({ name: schema.name, owner, at: at([...path, 'name']) });
  for (const [n, name] of schema.profiles.entries()) {
    const place = at([...path, 'profiles', n]);
    const profile = Object.hasOwn(manifest.profiles, name) ? manifest.profiles[name] : undefined;
    if (!profile) {
      const meant = nearest(name, Object.keys(manifest.profiles));
      const fix = meant ? `did you mean \`${meant}\`?` : `add \`${name}\` to \`profiles\``;
      const message = `schema \`${schema.name}\` binds profile \`${name}\`, which does not exist`;
      problems.push(problem(place, 'manifest.unknown_profile', message, fix));
      continue;
    }
    const filled = (text: string) => text.replaceAll('{schema}', schema.name).replaceAll('{profile}', name);
    const role = filled(schema.role_pattern);
    problems.push(...ownRoleProblems(role, 'the generated role', place));
    entries.roles.push({
      ...PLAIN_ROLE,
      name: role,
      login: profile.login,
      inherit: profile.inherit,
      comment:
        profile.comment === undefined ? generatedComment(name, schema.name) : filled(profile.comment) || null,
      config: profile.config ? settings(profile.config, filled) : null,
      at: place,
    });
    addProfileRights(profile, role, schema.name, owner ?? FALLBACK_OWNER, place, entries);
  }
}

/** What a profile gives in a schema. Its default privileges are about what the schema's owner makes. */
function addProfileRights(
  profile: Profile,
  role: string,
  schema: string,
  owner: string,
  at: Place,
  entries: Entries,
): void {
  for (const grant of profile.grants) {
    entries.grants.push({
      grantee: role,
      ...rightsOf(grant.privileges, allowedOn(grant.object), grant),
      object: selectorOf(grant.object, schema),
      columns: columnsOf(grant.object.columns),
      at,
    });
  }
  for (const entry of profile.default_privileges) {
    entries.defaults.push({
      owner,
      schema,
      on: entry.on_type,
      grantee: role,
      ...rightsOf(entry.privileges, allowedOnFuture(entry.on_type), entry),
      at,
    });
  }
}

/** The comment of a role that a profile made; `suggest` knows it by this text. */
export function generatedComment(profile: string, schema: string): string {
  return `Generated from profile '${profile}' for schema '${schema}'`;
}

/** Attributes of CREATE ROLE without options. */
export const PLAIN_ROLE = {
  login: false,
  superuser: false,
  createdb: false,
  createrole: false,
  inherit: true,
  replication: false,
  bypassrls: false,
  connectionLimit: -1,
  validUntil: null,
  comment: null,
  config: null,
  databaseConfig: null,
  passwordEnv: null,
} as const satisfies Omit<DesiredRole, 'name' | 'at'>;

function rightsOf(
  words: readonly string[],
  allowed: number,
  entry: { ensure: 'present' | 'absent'; with_grant_option: boolean },
): Pick<DesiredGrant, 'privileges' | 'all' | 'grantable' | 'ensure'> {
  const { mask, all } = privilegeWords(words, allowed);
  return { privileges: mask, all, grantable: entry.with_grant_option, ensure: entry.ensure };
}

function columnsOf(columns: readonly string[] | undefined): readonly string[] | null {
  return columns ? [...new Set(columns)].sort() : null;
}

const granteeOf = (role: string): string => (role === 'PUBLIC' ? PUBLIC : role);

function settings(
  config: Record<string, string>,
  filled = (text: string) => text,
): ReadonlyMap<string, string> {
  const pairs = Object.entries(config).map(([key, value]): [string, string] => [key, filled(value)]);
  return new Map(pairs.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function addRoles(manifest: Manifest, at: At, entries: Entries): void {
  for (const [index, role] of manifest.roles.entries()) {
    const place = at(['roles', index, 'name']);
    if (role.external) entries.externalRoles.push({ name: role.name, at: place });
    else entries.roles.push(declaredRole(role, place));
  }
}

function declaredRole(role: ManifestRole, at: Place): DesiredRole {
  return {
    name: role.name,
    login: role.login ?? false,
    superuser: role.superuser,
    createdb: role.createdb,
    createrole: role.createrole,
    inherit: role.inherit,
    replication: role.replication,
    bypassrls: role.bypassrls,
    connectionLimit: role.connection_limit,
    validUntil: instantOf(role.password_valid_until ?? '') ?? null,
    // PostgreSQL keeps no empty comments.
    comment: role.comment || null,
    config: role.config ? settings(role.config) : null,
    databaseConfig: role.database_config ? settings(role.database_config) : null,
    passwordEnv: role.password?.from_env ?? null,
    at,
  };
}

function addRights(manifest: Manifest, at: At, entries: Entries): void {
  for (const [index, grant] of manifest.grants.entries()) {
    entries.grants.push({
      grantee: granteeOf(grant.role),
      ...rightsOf(grant.privileges, allowedOn(grant.object), grant),
      object: selectorOf(grant.object, undefined),
      columns: columnsOf(grant.object.columns),
      at: at(['grants', index]),
    });
  }
  for (const [index, entry] of manifest.default_privileges.entries()) {
    for (const [n, grant] of entry.grant.entries()) {
      entries.defaults.push({
        owner: entry.owner ?? manifest.default_owner ?? FALLBACK_OWNER,
        schema: entry.schema ?? entry.scope?.schema ?? null,
        on: grant.on_type,
        grantee: granteeOf(grant.role),
        ...rightsOf(grant.privileges, allowedOnFuture(grant.on_type), grant),
        at: at(['default_privileges', index, 'grant', n]),
      });
    }
  }
}

function addMemberships(manifest: Manifest, at: At, entries: Entries): void {
  for (const [index, entry] of manifest.memberships.entries()) {
    const members = entry.members.map((member, n) => ({
      name: member.name,
      admin: member.admin,
      inherit: member.inherit ?? null,
      set: member.set ?? null,
      grantedBy: member.granted_by ?? null,
      at: at(['memberships', index, 'members', n]),
    }));
    const { role, exclusive } = entry;
    entries.memberships.push({ group: role, exclusive, members, at: at(['memberships', index, 'role']) });
  }
  for (const [index, entry] of manifest.retirements.entries()) {
    entries.retirements.push({
      role: entry.role,
      reassignOwnedTo: entry.reassign_owned_to ?? null,
      dropOwned: entry.drop_owned,
      terminateSessions: entry.terminate_sessions,
      at: at(['retirements', index, 'role']),
    });
  }
}

function addRowSecurity(manifest: Manifest, at: At, entries: Entries): void {
  for (const [index, entry] of manifest.row_security.entries()) {
    const policies = entry.policies.map((policy) => ({
      name: policy.name,
      permissive: policy.permissive,
      command: policy.command,
      roles: [...new Set(policy.roles.map(granteeOf))].sort(),
      using: policy.using ?? null,
      check: policy.check ?? null,
    }));
    entries.rowSecurity.push({
      table: { type: 'table', schema: entry.schema, name: entry.table },
      enabled: entry.enabled,
      forced: entry.forced,
      policies: new Map(policies.map((policy) => [policy.name, policy])),
      at: at(['row_security', index, 'table']),
    });
  }
}
