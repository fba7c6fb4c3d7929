import { compare } from './acl.js';
import type { Change } from './changes.js';
import type { Desired } from './desired.js';
import { diff, inOrder } from './diff.js';
import type { RoleGraph, ServerFacts } from './graph.js';
import { interpret } from './interpret.js';
import { MODE_RULES, type Mode } from './modes.js';
import { privilegesIn } from './powers.js';
import type { Problem } from './problem.js';
import { type Columns, requirementProblems } from './requirements.js';
import { type Expressions, wantedRowSecurity } from './row-security.js';
import { standings } from './standing.js';
import { type StuckRight, WantedAcls } from './wanted-acl.js';
import { wantedDefaults, wantedObjects } from './wanted-objects.js';
import { retirementsOf, wantedMemberships, wantedRoles } from './wanted-roles.js';

export interface PlanInput {
  readonly desired: Desired;
  /** At least what `inspectionScope(desired)` asks for. */
  readonly current: RoleGraph;
  readonly facts: ServerFacts;
  readonly mode: Mode;
  /** Roles whose stored password is not the one of the manifest. */
  readonly setPasswords?: readonly string[];
  /** What the server makes of policy expressions (`writtenExpressions`); without it texts are compared. */
  readonly expressions?: Expressions;
  /** Columns of the objects that column grants name; without it nobody looks whether they exist. */
  readonly columns?: Columns;
}

/** A role that the manifest does not know and that holds rights where the manifest decides. */
export interface UndeclaredRole {
  readonly role: string;
  /** Lists of rights (of objects, columns, default privileges) in which it has more than the manifest says. */
  readonly count: number;
  /** They are taken away (authoritative), or stay. */
  readonly isRevoked: boolean;
}

export interface Plan {
  /** In the order in which they run. With problems: what would be done if there were none; not to be run. */
  readonly changes: readonly Change[];
  readonly problems: readonly Problem[];
  readonly undeclared: readonly UndeclaredRole[];
  /** What is not wanted and stays: only its grantor could take it away. */
  readonly stuck: readonly StuckRight[];
  /** What an inspection finds once the changes have run. */
  readonly wanted: RoleGraph;
}

/** What has to happen so that a database is as a manifest wants it. Pure: same input, same bytes. */
export function planRoles(input: PlanInput): Plan {
  const { desired, facts } = input;
  const mode = MODE_RULES[input.mode];
  const guards = desired.guards?.roles ?? new Set<string>();
  const retirement = retirementSteps(retirementsOf(desired, mode), input.current);
  const roles = wantedRoles(desired, input.current, facts, mode);
  const memberships = wantedMemberships({ desired, current: input.current, roles, facts, mode });
  const current = retired(retirement, input.current, { roles, memberships }, facts);
  const acls = new WantedAcls({
    facts,
    mode,
    standingOf: standings(desired, facts),
    isDeclared: (role) => desired.roles.has(role),
    guards,
    hasPrivilegesOf: privilegesIn({ roles, memberships }),
  });
  const wanted: RoleGraph = {
    roles,
    memberships,
    objects: wantedObjects(desired, current, acls),
    defaults: wantedDefaults(desired, current, roles, acls),
    rowSecurity: wantedRowSecurity(desired, current, mode, input.expressions ?? new Map()),
  };
  const passwords = [...(input.setPasswords ?? [])]
    .filter((role) => mode.changesExisting || guards.has(role) || !current.roles.has(role))
    .sort(compare)
    .map((role): Change => ({ kind: 'set_password', role }));
  const undeclared = [...acls.undeclared]
    .sort(([a], [b]) => compare(a, b))
    .map(([role, count]) => ({ role, count, isRevoked: mode.revokesUndeclared }));
  return {
    changes: inOrder([...retirement, ...diff(current, wanted, facts), ...passwords]),
    problems: requirementProblems({
      desired,
      current,
      roles,
      memberships,
      facts,
      columns: input.columns ?? new Map(),
    }),
    undeclared,
    stuck: acls.stuck,
    wanted,
  };
}

/** What is there once retirements have run, which is when roles and memberships are as wanted and before anything else. */
function retired(
  steps: readonly Change[],
  current: RoleGraph,
  wanted: Pick<RoleGraph, 'roles' | 'memberships'>,
  facts: ServerFacts,
): RoleGraph {
  if (steps.length === 0) return current;
  const { objects, defaults, rowSecurity } = interpret(steps, { ...current, ...wanted }, facts);
  return { ...current, objects, defaults, rowSecurity };
}

/** What happens to a role's sessions and objects before it is dropped. */
function retirementSteps(retirements: Desired['retirements'], current: RoleGraph): Change[] {
  return retirements
    .filter(({ role }) => current.roles.has(role))
    .toSorted((a, b) => compare(a.role, b.role))
    .flatMap(({ role, terminateSessions, reassignOwnedTo, dropOwned }) => {
      const steps: Change[] = [];
      if (terminateSessions) steps.push({ kind: 'terminate_sessions', role });
      if (reassignOwnedTo !== null) steps.push({ kind: 'reassign_owned', role, to: reassignOwnedTo });
      if (dropOwned) steps.push({ kind: 'drop_owned', role });
      return steps;
    });
}
