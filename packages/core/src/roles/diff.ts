import { compare, levelsOf, sameLevels } from './acl.js';
import { grantSteps, revokeSteps } from './acl-steps.js';
import { CHANGE_KINDS, type Change, type ChangeKind, type ChangeOf, type RoleAttributes } from './changes.js';
import { diffObjects } from './diff-objects.js';
import {
  type DefaultState,
  type MembershipGrant,
  type ObjectState,
  objectKey,
  type RoleGraph,
  type RoleState,
  type ServerFacts,
} from './graph.js';
import { type Members, memberGrants, memberRevokes } from './members.js';
import { type HasPrivilegesOf, privilegesIn } from './powers.js';
import { bare, rowSecuritySteps } from './row-security.js';
import { newParameter, newSchema, untouched, withOwner } from './wanted-objects.js';

export const ATTRIBUTES = [
  'superuser',
  'createdb',
  'createrole',
  'inherit',
  'login',
  'replication',
  'bypassrls',
  'connectionLimit',
  'validUntil',
] as const satisfies readonly (keyof RoleAttributes)[];

/** What leads from one graph to the other, in the order in which it has to run. Same graphs, same bytes. */
export function diff(current: RoleGraph, wanted: RoleGraph, facts: ServerFacts): Change[] {
  // Roles and memberships change before rights do.
  const hasPrivilegesOf = privilegesIn(wanted);
  return inOrder([
    ...diffRoles(current, wanted),
    ...diffMemberships(current, wanted, facts),
    ...diffSchemas(current, wanted),
    ...diffObjects(pairs(current, wanted, facts), facts, hasPrivilegesOf),
    ...diffDefaults(current, wanted, facts, hasPrivilegesOf),
    ...diffRowSecurity(current, wanted),
  ]);
}

const RANK = new Map(Object.keys(CHANGE_KINDS).map((kind, rank) => [kind as ChangeKind, rank]));

/** Changes in the order of their kinds; within a kind as they are. */
export function inOrder(changes: readonly Change[]): Change[] {
  return changes.toSorted((a, b) => (RANK.get(a.kind) ?? 0) - (RANK.get(b.kind) ?? 0));
}

function diffRoles(current: RoleGraph, wanted: RoleGraph): Change[] {
  const changes: Change[] = [];
  for (const [role, want] of sortedEntries(wanted.roles)) {
    const have = current.roles.get(role);
    if (have === want) continue;
    if (!have) changes.push({ kind: 'create_role', role, attributes: attributesOf(want) });
    else changes.push(...alterRole(have, want));
    const comment = have?.comment ?? null;
    if (comment !== want.comment) changes.push({ kind: 'set_comment', role, comment: want.comment });
    changes.push(...configSteps(role, have?.config, want.config, false));
    changes.push(...configSteps(role, have?.databaseConfig, want.databaseConfig, true));
  }
  for (const role of [...current.roles.keys()].sort(compare)) {
    if (!wanted.roles.has(role)) changes.push({ kind: 'drop_role', role });
  }
  return changes;
}

function attributesOf(role: RoleState): RoleAttributes {
  return Object.fromEntries(ATTRIBUTES.map((name) => [name, role[name]])) as unknown as RoleAttributes;
}

function alterRole(have: RoleState, want: RoleState): Change[] {
  const changed = ATTRIBUTES.filter((name) => have[name] !== want[name]);
  if (changed.length === 0) return [];
  const attributes = Object.fromEntries(changed.map((name) => [name, want[name]]));
  return [{ kind: 'alter_role', role: want.name, attributes }];
}

function configSteps(
  role: string,
  have: ReadonlyMap<string, string> = new Map(),
  want: ReadonlyMap<string, string>,
  inDatabase: boolean,
): ChangeOf<'set_config'>[] {
  if (have === want) return [];
  return [...new Set([...have.keys(), ...want.keys()])]
    .filter((setting) => have.get(setting) !== want.get(setting))
    .sort(compare)
    .map((setting) => ({ kind: 'set_config', role, setting, value: want.get(setting) ?? null, inDatabase }));
}

const NO_MEMBERS: Members = new Map();

function diffMemberships(current: RoleGraph, wanted: RoleGraph, facts: ServerFacts): Change[] {
  const changes: Change[] = [];
  for (const group of [...new Set([...current.memberships.keys(), ...wanted.memberships.keys()])].sort(
    compare,
  )) {
    const want = wanted.memberships.get(group) ?? NO_MEMBERS;
    // Members of a role that is dropped go with it, but before rights are revoked when it hands them others' rights.
    const stays = wanted.roles.has(group) || isMember(group, current);
    const have = (stays && current.memberships.get(group)) || NO_MEMBERS;
    if (have === want) continue;
    const grants = new Map([...want].map(([member, state]) => [member, state.grants]));
    const kept = new Map([...grants, ...goingByThemselves(have, wanted, facts)]);
    // Whoever applies acts for the role until it is dropped: its objects are still to be reassigned.
    const own = have.get(facts.currentUser);
    if (own && !wanted.roles.has(group) && !facts.isSuperuser) kept.set(facts.currentUser, own.grants);
    const revokes = memberRevokes(group, have, kept, facts.major);
    changes.push(...revokes.changes, ...memberGrants(group, revokes.members, grants, facts));
  }
  return changes;
}

function isMember(role: string, { memberships }: RoleGraph): boolean {
  return [...memberships.values()].some((members) => members.has(role));
}

/** Memberships of roles that are dropped go with them. From PostgreSQL 16 on what such a role granted has to go before. */
function* goingByThemselves(
  members: Members,
  wanted: RoleGraph,
  facts: ServerFacts,
): Iterable<[string, readonly MembershipGrant[]]> {
  for (const [member, { grants }] of members) {
    if (wanted.roles.has(member)) continue;
    if (facts.major < 16 || grantedBy(members, member).length === 0) yield [member, grants];
  }
}

function grantedBy(members: Members, grantor: string): MembershipGrant[] {
  return [...members.values()].flatMap(({ grants }) => grants.filter((grant) => grant.grantor === grantor));
}

function diffSchemas(current: RoleGraph, wanted: RoleGraph): Change[] {
  const changes: Change[] = [];
  for (const { ref, owner } of wanted.objects.values()) {
    if (ref.type !== 'schema') continue;
    const have = current.objects.get(objectKey(ref));
    if (!have) changes.push({ kind: 'create_schema', schema: ref.name, owner: owner ?? null });
    else if (owner !== undefined && have.owner !== undefined && have.owner !== owner) {
      changes.push({ kind: 'alter_schema_owner', schema: ref.name, from: have.owner, to: owner });
    }
  }
  return changes.sort((a, b) => compare(JSON.stringify(a), JSON.stringify(b)));
}

/** Objects of both sides, once schemas are made and owned. */
function* pairs(
  current: RoleGraph,
  wanted: RoleGraph,
  facts: ServerFacts,
): Iterable<[ObjectState, ObjectState]> {
  for (const [key, want] of wanted.objects) {
    const have = current.objects.get(key) ?? unmade(want, current, facts);
    if (have === want) continue;
    yield [want.owner === undefined ? have : withOwner(have, want.owner), want];
  }
}

function unmade(want: ObjectState, current: RoleGraph, facts: ServerFacts): ObjectState {
  if (want.ref.type === 'schema') {
    return newSchema(want.ref.name, want.owner ?? facts.currentUser, current.defaults, facts.major);
  }
  return newParameter(want.ref, facts);
}

function diffDefaults(
  current: RoleGraph,
  wanted: RoleGraph,
  facts: ServerFacts,
  hasPrivilegesOf: HasPrivilegesOf,
): Change[] {
  const changes: Change[] = [];
  for (const key of [...new Set([...current.defaults.keys(), ...wanted.defaults.keys()])].sort(compare)) {
    const known = wanted.defaults.get(key) ?? current.defaults.get(key);
    if (!known) continue;
    const have = current.defaults.get(key) ?? untouched(known, facts.major);
    const want = wanted.defaults.get(key) ?? untouched(known, facts.major);
    if (!sameLevels(have.acl, want.acl)) changes.push(...defaultSteps(have, want, hasPrivilegesOf));
  }
  return changes;
}

function defaultSteps(
  have: DefaultState,
  { owner, schema, on, acl }: DefaultState,
  hasPrivilegesOf: HasPrivilegesOf,
): Change[] {
  const levels = levelsOf(acl);
  const revokes = revokeSteps(have.acl, levels, owner, hasPrivilegesOf);
  return [
    ...revokes.steps.map(
      ({ op: _, cascade: __, stage: ___, ...step }): Change => ({
        kind: 'revoke_default',
        owner,
        schema,
        on,
        ...step,
      }),
    ),
    ...grantSteps(revokes.acl, levels).map(
      ({ op: _, ...step }): Change => ({ kind: 'grant_default', owner, schema, on, ...step }),
    ),
  ];
}

function diffRowSecurity(current: RoleGraph, wanted: RoleGraph): Change[] {
  const keys = new Set([...current.rowSecurity.keys(), ...wanted.rowSecurity.keys()]);
  return [...keys].sort(compare).flatMap((key) => {
    const have = current.rowSecurity.get(key);
    const want = wanted.rowSecurity.get(key);
    const table = (have ?? want)?.table;
    return table ? rowSecuritySteps(have ?? bare(table), want ?? bare(table)) : [];
  });
}

function sortedEntries<T>(map: ReadonlyMap<string, T>): [string, T][] {
  return [...map].sort(([a], [b]) => compare(a, b));
}
