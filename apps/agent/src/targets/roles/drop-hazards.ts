import { type Change, objectKey, type RoleGraph } from '@postern/core/roles';
import type { RolesConnection } from './connection.js';
import { DEPENDENCIES, SESSIONS } from './inspect/dependencies.sql.js';

interface DependencyRow {
  readonly role: string;
  /** pg_shdepend.deptype: owner, acl, row policy, initial privileges of an extension */
  readonly kind: 'o' | 'a' | 'r' | 'i';
  readonly place: string | null;
  readonly here: boolean;
  readonly count: number;
  readonly examples: readonly (string | null)[];
}

interface SessionRow {
  readonly role: string;
  readonly count: number;
  readonly examples: readonly string[];
}

/** Why a role can't be dropped as planned, and what to do about it. */
export interface DropHazard {
  readonly role: string;
  readonly message: string;
  readonly fix: string;
}

/** What a plan does before it drops a role. */
interface Measures {
  readonly reassigns: boolean;
  readonly dropsOwned: boolean;
  readonly terminates: boolean;
  readonly revokes: boolean;
  /** Row policies that name the role and that the plan drops. */
  readonly policies: number;
}

/** Looks at everything that would stop the drops of a plan, before its first statement runs. */
export async function dropHazards(
  connection: RolesConnection,
  changes: readonly Change[],
  current: RoleGraph,
): Promise<readonly DropHazard[]> {
  const roles = rolesToDrop(changes);
  if (roles.length === 0) return [];
  const measures = new Map(roles.map((role) => [role, measuresFor(role, changes, current)]));
  const dependencies = await connection.rows<DependencyRow>(DEPENDENCIES, [roles]);
  const sessions = await connection.rows<SessionRow>(SESSIONS, [roles]);
  return [
    ...dependencies.flatMap((row) => hazardOf(row, measures.get(row.role))),
    ...sessions.filter(({ role }) => !measures.get(role)?.terminates).map(sessionHazard),
  ];
}

/** What is still there when the drops are next: a plan may have looked complete and was not. */
export async function remainingHazards(
  connection: RolesConnection,
  changes: readonly Change[],
): Promise<readonly DropHazard[]> {
  const dependencies = await connection.rows<DependencyRow>(DEPENDENCIES, [rolesToDrop(changes)]);
  return dependencies.flatMap((row) => hazardOf(row, undefined));
}

const rolesToDrop = (changes: readonly Change[]): string[] =>
  changes.flatMap((change) => (change.kind === 'drop_role' ? [change.role] : []));

function measuresFor(role: string, changes: readonly Change[], { rowSecurity }: RoleGraph): Measures {
  const has = (kind: Change['kind']) =>
    changes.some((change) => change.kind === kind && 'role' in change && change.role === role);
  return {
    reassigns: has('reassign_owned'),
    dropsOwned: has('drop_owned'),
    terminates: has('terminate_sessions'),
    policies: changes.filter(
      (change) =>
        change.kind === 'drop_policy' &&
        rowSecurity.get(objectKey(change.table))?.policies.get(change.policy)?.roles.includes(role),
    ).length,
    revokes: changes.some(
      (change) =>
        ((change.kind === 'revoke' || change.kind === 'revoke_default') && change.grantee === role) ||
        (change.kind === 'revoke_membership' && (change.member === role || change.grantor === role)),
    ),
  };
}

function hazardOf(row: DependencyRow, measures: Measures | undefined): DropHazard[] {
  const { role, count, place, here } = row;
  const examples = row.examples.filter((example) => example !== null);
  const shown =
    examples.length === 0 ? '' : `: ${examples.join(', ')}${count > examples.length ? ', …' : ''}`;
  const where = place === null ? '' : ` in database \`${place}\``;
  const hazard = (what: string, fix: string) => [
    { role, message: `role \`${role}\` ${what}${where}${shown}`, fix },
  ];
  if (!here)
    return hazard(
      `${row.kind === 'o' ? 'owns' : 'is named by'} ${plural(count, 'object')}`,
      `run \`reassign owned\` or \`drop owned\` there first; a connection sees its own database only`,
    );
  switch (row.kind) {
    case 'o':
      if (measures?.reassigns || (measures?.dropsOwned && place !== null)) return [];
      return hazard(
        `owns ${plural(count, 'object')}`,
        'give the retirement `reassign_owned_to` (or `drop_owned: true`)',
      );
    case 'a':
    case 'i':
      if (measures?.dropsOwned || measures?.revokes) return [];
      return hazard(
        `has rights on ${plural(count, 'object')}`,
        'give the retirement `drop_owned: true`, or revoke them',
      );
    case 'r':
      if (count <= (measures?.policies ?? 0)) return [];
      // DROP OWNED would shrink or drop the policy, and with it what everybody else sees.
      return hazard(
        `is named by ${plural(count, 'row policy', 'row policies')}`,
        'change the policies first',
      );
  }
}

const sessionHazard = ({ role, count, examples }: SessionRow): DropHazard => ({
  role,
  message: `role \`${role}\` has ${plural(count, 'open session')}: ${examples.join(', ')}${count > examples.length ? ', …' : ''}`,
  fix: 'end them, or give the retirement `terminate_sessions: true`',
});

const plural = (count: number, one: string, many = `${one}s`): string =>
  `${count} ${count === 1 ? one : many}`;
