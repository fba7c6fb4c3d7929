import type { Desired, DesiredRetirement, DesiredRole } from './desired.js';
import type {
  MembershipGrant,
  MembershipOptions,
  MembershipState,
  RoleGraph,
  RoleState,
  ServerFacts,
} from './graph.js';
import { defaultGrantor, type Members, memberRevokes, membership, withGrant } from './members.js';
import type { ModeRules } from './modes.js';
import { isPredefinedRole } from './names.js';
import { sameSetting, settingName, storedSetting } from './settings.js';
import { isSystemRole } from './standing.js';

/** The roles that are wanted: declared ones as declared, the rest as they are, minus those that are to go. */
export function wantedRoles(
  desired: Desired,
  current: RoleGraph,
  facts: ServerFacts,
  mode: ModeRules,
): Map<string, RoleState> {
  const roles = new Map(current.roles);
  for (const [name, role] of desired.roles) {
    const existing = current.roles.get(name);
    if (existing && !mode.changesExisting && !desired.guards?.roles.has(name)) continue;
    roles.set(name, wantedRole(role, existing));
  }
  for (const { role } of retirementsOf(desired, mode)) roles.delete(role);
  if (mode.dropsRoles && desired.manageAllRoles) {
    for (const name of current.roles.keys()) {
      const isNamed = desired.roles.has(name) || desired.externalRoles.has(name);
      if (!isNamed && !isSystemRole(name, facts)) roles.delete(name);
    }
  }
  return roles;
}

/** Roles that go in this mode. Guard roles are Postern's own, so they always may. */
export function retirementsOf(
  { retirements, guards }: Desired,
  mode: ModeRules,
): readonly DesiredRetirement[] {
  return mode.dropsRoles ? retirements : retirements.filter(({ role }) => guards?.roles.has(role));
}

function wantedRole(role: DesiredRole, existing: RoleState | undefined): RoleState {
  const { passwordEnv: _, at: __, config, databaseConfig, ...attributes } = role;
  return {
    ...attributes,
    config: wantedConfig(config, existing?.config),
    databaseConfig: wantedConfig(databaseConfig, existing?.databaseConfig),
    ...(existing?.verifier !== undefined && { verifier: existing.verifier }),
  };
}

/** Values that mean the same as the stored ones stay as they are stored. */
function wantedConfig(
  wanted: ReadonlyMap<string, string> | null,
  existing: ReadonlyMap<string, string> = new Map(),
): ReadonlyMap<string, string> {
  if (!wanted) return existing;
  const config = new Map<string, string>();
  for (const [written, value] of wanted) {
    const name = settingName(written, existing.keys());
    const stored = existing.get(name);
    config.set(
      name,
      stored !== undefined && sameSetting(name, stored, value) ? stored : storedSetting(name, value),
    );
  }
  return config;
}

interface MemberInputs {
  readonly desired: Desired;
  readonly current: RoleGraph;
  readonly roles: ReadonlyMap<string, RoleState>;
  readonly facts: ServerFacts;
  readonly mode: ModeRules;
}

/** The memberships that are wanted, group by group. */
export function wantedMemberships(inputs: MemberInputs): Map<string, Members> {
  const { desired, current, roles, facts } = inputs;
  const groups = new Map<string, Members>();
  for (const group of new Set([...current.memberships.keys(), ...desired.memberships.keys()])) {
    if (!roles.has(group)) continue;
    const members = wantedMembers(group, inputs);
    const left = facts.major < 16 ? inheriting(withoutGrantors(members, roles, facts), roles) : members;
    if (left.size > 0) groups.set(group, left);
  }
  return groups;
}

/** Before PostgreSQL 16 whether a membership inherits is an attribute of the member. */
export function inheriting(members: Members, roles: ReadonlyMap<string, RoleState>): Members {
  const left = new Map<string, MembershipState>();
  for (const [member, state] of members) {
    const inherit = roles.get(member)?.inherit ?? state.inherit;
    const same = state.inherit === inherit;
    left.set(
      member,
      same ? state : { ...state, inherit, grants: state.grants.map((each) => ({ ...each, inherit })) },
    );
  }
  return left;
}

/**
 * Before PostgreSQL 16 a grant outlives its grantor, and the bootstrap superuser is named in its stead
 * (as the inspection does).
 */
export function withoutGrantors(
  members: Members,
  roles: ReadonlyMap<string, RoleState>,
  { bootstrapUser }: ServerFacts,
): Members {
  const left = new Map<string, MembershipState>();
  for (const [member, state] of members) {
    const isOrphan = state.grants.some(({ grantor }) => !roles.has(grantor));
    const grants = state.grants.map((grant) =>
      roles.has(grant.grantor) ? grant : { ...grant, grantor: bootstrapUser },
    );
    left.set(member, isOrphan ? { ...state, grants } : state);
  }
  return left;
}

function wantedMembers(group: string, inputs: MemberInputs): Members {
  const { desired, current, facts, roles } = inputs;
  const stanza = desired.memberships.get(group);
  const isManaged = desired.roles.has(group) || (desired.manageAllRoles && !isSystemRole(group, facts));
  const isExclusive = stanza ? stanza.exclusive : isManaged;
  const before: Members = current.memberships.get(group) ?? new Map();
  const grants = new Map<string, MembershipGrant[]>();
  for (const [member, state] of before) {
    // A role that is to go takes along what it granted, which is then for whoever applies to grant.
    // A guard role is in no group but those that are said.
    if (roles.has(member) && !stanza?.members.has(member) && !desired.guards?.roles.has(member))
      grants.set(member, kept(member, state, isExclusive, inputs));
  }
  for (const [member, wanted] of stanza?.members ?? []) {
    const inherit = facts.major < 16 ? (roles.get(member)?.inherit ?? true) : (wanted.inherit ?? true);
    const options = { admin: wanted.admin, inherit, set: wanted.set ?? true };
    const state = before.get(member);
    grants.set(member, converged(member, state?.grants ?? [], options, wanted.grantedBy, inputs));
  }
  return settled(group, before, grants, inputs);
}

/** What of an unlisted member's grants stays. */
function kept(
  member: string,
  { grants }: MembershipState,
  isExclusive: boolean,
  { mode, facts }: MemberInputs,
) {
  if (!isExclusive || !mode.changesExisting || isPredefinedRole(member)) return [...grants];
  // Without it whoever applies could not manage the role any more.
  if (member === facts.currentUser && !facts.isSuperuser) return [...grants];
  return grants.filter((grant) => isCreatorsOwn(grant, facts));
}

/** What PostgreSQL 16 gives a CREATEROLE user on every role that it makes. */
function isCreatorsOwn({ grantor, admin, inherit, set }: MembershipGrant, facts: ServerFacts): boolean {
  return facts.major >= 16 && grantor === facts.bootstrapUser && admin && !inherit && !set;
}

/** A member's grants once all together give what is wanted. */
function converged(
  member: string,
  grants: readonly MembershipGrant[],
  wanted: MembershipOptions,
  grantedBy: string | null,
  { mode, facts }: MemberInputs,
): MembershipGrant[] {
  const all = membership(grants);
  const goal = mode.changesExisting
    ? wanted
    : {
        admin: wanted.admin || (all?.admin ?? false),
        inherit: wanted.inherit || (all?.inherit ?? false),
        set: wanted.set || (all?.set ?? false),
      };
  if (grantedBy !== null && facts.major >= 16 && mode.changesExisting)
    return [{ grantor: grantedBy, ...goal }];
  const isOneself = member === facts.currentUser && !facts.isSuperuser;
  const clipped = grants.map((grant) => ({
    grantor: grant.grantor,
    admin: grant.admin && (goal.admin || (isOneself && isCreatorsOwn(grant, facts))),
    inherit: grant.inherit && goal.inherit,
    set: grant.set && goal.set,
  }));
  const have = membership(clipped);
  const isEnough = have && have.admin >= goal.admin && have.inherit >= goal.inherit && have.set >= goal.set;
  if (isEnough) return clipped;
  const grantor = grantedBy ?? defaultGrantor(facts);
  const others = facts.major < 16 ? [] : clipped.filter((grant) => grant.grantor !== grantor);
  return [...others, { grantor, ...goal }];
}

/** Runs the revokes: who granted with an ADMIN OPTION that goes is replaced by whoever applies, unless said otherwise. */
function settled(
  group: string,
  before: Members,
  grants: ReadonlyMap<string, readonly MembershipGrant[]>,
  { desired, facts }: MemberInputs,
): Members {
  const stanza = desired.memberships.get(group);
  let { members } = memberRevokes(group, before, grants, facts.major);
  const usual = defaultGrantor(facts);
  for (const [member, list] of grants) {
    for (const grant of list) {
      const there = before.get(member)?.grants.some(({ grantor }) => grantor === grant.grantor);
      const isSaid = stanza?.members.get(member)?.grantedBy === grant.grantor;
      const lost =
        there && !isSaid && !members.get(member)?.grants.some(({ grantor }) => grantor === grant.grantor);
      members = withGrant(
        members,
        member,
        lost ? mergedGrant(members, member, usual, grant) : grant,
        facts.major,
      );
    }
  }
  return members;
}

function mergedGrant(
  members: Members,
  member: string,
  grantor: string,
  grant: MembershipGrant,
): MembershipGrant {
  const own = members.get(member)?.grants.find((each) => each.grantor === grantor);
  return {
    grantor,
    admin: grant.admin || (own?.admin ?? false),
    inherit: grant.inherit || (own?.inherit ?? false),
    set: grant.set || (own?.set ?? false),
  };
}
