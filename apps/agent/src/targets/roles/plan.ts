import {
  type Change,
  type Desired,
  effectsDigest,
  graphFromCatalog,
  inspectionScope,
  type ManagedScope,
  type Mode,
  outOfScope,
  type Problem,
  planRoles,
  type RoleGraph,
  render,
  type ServerFacts,
  type StuckRight,
  type UndeclaredRole,
  withGuards,
} from '@postern/core/roles';
import type { RolesConnection } from './connection.js';
import { type DropHazard, dropHazards } from './drop-hazards.js';
import { readExpressions } from './expressions.js';
import { RolesFailure } from './failure.js';
import { readGuardedDatabase, type WantedGuards } from './guards.js';
import { type Passwords, passwordsToSet } from './passwords.js';
import { readCatalog, readColumnNames } from './read-catalog.js';
import { type MissingRight, missingRights } from './rights.js';

export interface PlanRequest {
  readonly desired: Desired;
  readonly mode: Mode;
  readonly passwords: Passwords;
  /** Beside the manifest. */
  readonly guards?: WantedGuards;
}

/** What would make the database as the manifest wants it, and everything that stands in the way. */
export interface RolesPlan {
  /** Of bundles: what their documents may manage. */
  readonly scope: ManagedScope | null;
  readonly changes: readonly Change[];
  /** Of effects, not of texts: the same plan has the same digest, whatever the salts. */
  readonly digest: string;
  readonly current: RoleGraph;
  /** The manifest doesn't fit this server. */
  readonly problems: readonly Problem[];
  /** Once the changes have run. */
  readonly wanted: RoleGraph;
  readonly undeclared: readonly UndeclaredRole[];
  /** Not wanted, and only its grantor can take it away. */
  readonly stuck: readonly StuckRight[];
  readonly hazards: readonly DropHazard[];
  readonly missing: readonly MissingRight[];
}

/** Inspects and compares, in the transaction that is open; changes nothing. */
export async function planIn(connection: RolesConnection, request: PlanRequest): Promise<RolesPlan> {
  const { mode, passwords, guards } = request;
  const { facts } = connection;
  const desired = guards
    ? withGuards(request.desired, guards, await readGuardedDatabase(connection, guards))
    : request.desired;
  const rows = await readCatalog(connection, inspectionScope(desired), [...passwords.keys()]);
  const current = graphFromCatalog(rows);
  const { changes, problems, undeclared, stuck, wanted } = planRoles({
    desired,
    current,
    facts,
    mode,
    setPasswords: passwordsToSet(passwords, current),
    expressions: await readExpressions(connection, desired),
    columns: await readColumnNames(connection, desired),
  });
  if (desired.scope !== null) refuseForeign(outOfScope(changes, desired.scope), facts);
  return {
    scope: desired.scope,
    changes,
    digest: effectsDigest(changes, facts),
    current,
    wanted,
    problems,
    undeclared,
    stuck,
    hazards: problems.length > 0 ? [] : await dropHazards(connection, changes, current),
    missing: missingRights(changes, current, wanted, facts),
  };
}

/** Nothing leads here but a mistake of ours; then nothing may happen. */
function refuseForeign(foreign: readonly Change[], facts: ServerFacts): void {
  if (foreign.length === 0) return;
  throw new RolesFailure(
    'the plan would change something that no document of the bundle may manage',
    'this is a mistake of postern: please report it with the bundle; nothing was changed',
    foreign.flatMap((change) => render(change, facts)).slice(0, 5),
  );
}

/** A plan of this moment; nothing of the work is kept. */
export function makePlan(connection: RolesConnection, request: PlanRequest): Promise<RolesPlan> {
  return connection.transaction('rollback', () => planIn(connection, request));
}

/**
 * Changes that tell of a difference. A password whose stored form may not be read is set each time and says nothing about
 * what is there.
 */
export function driftOf(plan: RolesPlan, mayReadVerifiers: boolean): readonly Change[] {
  return plan.changes.filter((change) => mayReadVerifiers || change.kind !== 'set_password');
}
