import type { Classification, Requirement, WallBreak } from '../sql/model.js';
import type { CompiledPolicy } from './compile.js';
import { evaluate } from './evaluate.js';
import { grantingRuleIds } from './explain.js';
import { guardFor } from './guard.js';
import type { PolicyConnection } from './model.js';
import {
  PERMISSION_BIT,
  type Permission,
  type PermissionMask,
  permissionsOf,
  WRITING_PERMISSIONS,
} from './permission.js';

/** Why one statement may not run, as a sentence. `permission` is null when no permission would help. */
export interface RefusalReason {
  readonly statement: number;
  readonly permission: Permission | null;
  readonly text: string;
  readonly position?: number;
}

export interface Allowed {
  readonly allowed: true;
  readonly connection: PolicyConnection;
  readonly held: PermissionMask;
  readonly required: PermissionMask;
  /** Rules that gave the permissions used. */
  readonly ruleIds: string[];
  /** The session must be pinned to READ ONLY: nothing that may change something is held (ARCHITECTURE.md, wall 2). */
  readonly readOnly: boolean;
  /** The session must log in as this role of the database (wall 3); absent: as the agent's own login. */
  readonly guard?: string;
}

export interface Denied {
  readonly allowed: false;
  readonly code: 'connection.not_found' | 'sql.denied' | 'sql.refused';
  /** Absent when the connection is unknown or hidden. */
  readonly connection?: PolicyConnection;
  readonly held: PermissionMask;
  readonly required: PermissionMask;
  readonly missing: Permission[];
  readonly reasons: RefusalReason[];
  readonly message: string;
  readonly fix: string;
}

export type Decision = Allowed | Denied;

/** For asking whether a connection is seen at all, and how its sessions are to be. */
export const NO_STATEMENT: Classification = { statements: [], required: 0 };

/**
 * Whether a principal may run a text on a connection. The text is decided as a whole: one forbidden statement
 * forbids all. Unknown and hidden connections give the same answer, to the letter.
 */
export function decide(
  policy: CompiledPolicy,
  principalId: string,
  connectionSlug: string,
  classification: Classification,
): Decision {
  const connection = policy.connections.get(connectionSlug);
  const held = evaluate(policy, principalId, connectionSlug);
  if (connection === undefined || held === 0) return notFound(policy, connectionSlug, classification);

  const { required } = classification;
  const guard = guardFor(connection, held);
  if (guard?.isThere === false) return unguarded(connection, guard.role, held, required);
  const readOnly = (held & WRITING_PERMISSIONS) === 0;
  const lacking = required & ~held;
  if (lacking === 0 && !hasWallBreak(classification, readOnly)) {
    const ruleIds = grantingRuleIds(policy, principalId, connectionSlug, required);
    const allowed = { allowed: true, connection, held, required, ruleIds, readOnly } as const;
    return guard === undefined ? allowed : { ...allowed, guard: guard.role };
  }
  return refusal(policy, connection, held, classification, readOnly);
}

function notFound(policy: CompiledPolicy, slug: string, { required }: Classification): Denied {
  return {
    allowed: false,
    code: 'connection.not_found',
    held: 0,
    required,
    missing: [],
    reasons: [],
    message: `there is no connection \`${slug}\` that you may use`,
    fix: `check the name, or ask an administrator of ${policy.orgName} for access`,
  };
}

/** Nothing runs without the wall that was asked for. */
function unguarded(
  connection: PolicyConnection,
  role: string,
  held: PermissionMask,
  required: PermissionMask,
): Denied {
  const { slug } = connection;
  const message = `sessions on \`${slug}\` log in as guard roles, and the one for your permissions, \`${role}\`, is not in the database yet`;
  return {
    allowed: false,
    code: 'sql.refused',
    connection,
    held,
    required,
    missing: [],
    reasons: [{ statement: 1, permission: null, text: message }],
    message,
    fix: `ask an administrator to plan and apply the database roles of \`${slug}\``,
  };
}

function hasWallBreak({ statements }: Classification, readOnly: boolean): boolean {
  for (const statement of statements) {
    for (const wallBreak of statement.wallBreaks) if (breaks(wallBreak, readOnly)) return true;
  }
  return false;
}

function breaks(wallBreak: WallBreak, readOnly: boolean): boolean {
  return wallBreak.when === 'always' || readOnly;
}

function refusal(
  policy: CompiledPolicy,
  connection: PolicyConnection,
  held: PermissionMask,
  classification: Classification,
  readOnly: boolean,
): Denied {
  const { statements, required } = classification;
  const missing = permissionsOf(required & ~held);
  const { slug } = connection;
  const walls: RefusalReason[] = [];
  const denials: RefusalReason[] = [];
  let isAlways = false;
  // Loops, because this runs for each refused statement: half the time of lists made from lists.
  for (const { wallBreaks, requirements } of statements) {
    for (const wallBreak of wallBreaks) {
      if (!breaks(wallBreak, readOnly)) continue;
      isAlways ||= wallBreak.when === 'always';
      walls.push(wallReason(wallBreak, statements.length));
    }
    for (const requirement of requirements) {
      if ((held & PERMISSION_BIT[requirement.permission]) !== 0) continue;
      denials.push(denialReason(requirement, slug, statements.length));
    }
  }
  const isWall = walls.length > 0;
  const reasons = isWall ? [...walls, ...denials] : denials;
  return {
    allowed: false,
    code: isWall ? 'sql.refused' : 'sql.denied',
    connection,
    held,
    required,
    missing,
    reasons,
    message: summarise(reasons, missing, slug),
    fix: isWall ? wallFix(isAlways, slug) : askFor(policy.orgName, missing, slug),
  };
}

function wallFix(isAlways: boolean, slug: string): string {
  if (isAlways) return 'leave it out: no permission allows it on a shared connection';
  return `leave it out: what you may do on \`${slug}\` runs in a read-only session`;
}

/** "statement 2", or "the statement" when there is only one. */
function subject(statement: number, of: number): string {
  return of === 1 ? 'the statement' : `statement ${statement}`;
}

function wallReason({ when, statement, what, position }: WallBreak, of: number): RefusalReason {
  const why =
    when === 'always'
      ? 'which is never allowed on a shared connection'
      : 'which would lift the read-only mode of your session';
  const text = `${subject(statement, of)} ${what}, ${why}`;
  return position === undefined
    ? { statement, permission: null, text }
    : { statement, permission: null, text, position };
}

function denialReason(requirement: Requirement, slug: string, of: number): RefusalReason {
  const { statement, permission, what, position } = requirement;
  const text = `${subject(statement, of)} ${what}, which needs ${permission} on \`${slug}\``;
  return position === undefined ? { statement, permission, text } : { statement, permission, text, position };
}

function summarise(reasons: readonly RefusalReason[], missing: readonly Permission[], slug: string): string {
  const [first] = reasons;
  if (first === undefined) return `this needs ${listed(missing)} on \`${slug}\``;
  return reasons.length === 1 ? first.text : `${first.text} (and ${reasons.length - 1} more)`;
}

function askFor(orgName: string, missing: readonly Permission[], slug: string): string {
  const names = listed(missing.map((permission) => `\`${permission}\``));
  return `ask an administrator of ${orgName} for ${names} on \`${slug}\``;
}

function listed(names: readonly string[]): string {
  const last = names.at(-1) ?? '';
  return names.length < 2 ? last : `${names.slice(0, -1).join(', ')} and ${last}`;
}
