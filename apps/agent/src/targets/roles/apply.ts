import { type Change, type Problem, render } from '@postern/core/roles';
import type { RolesConnection } from './connection.js';
import { remainingHazards } from './drop-hazards.js';
import { AnotherRun, FoundDifferent, InTheWay, RolesFailure } from './failure.js';
import { LOCK_HOLDER } from './inspect/dependencies.sql.js';
import { verifiersOf } from './passwords.js';
import { driftOf, type PlanRequest, planIn, type RolesPlan } from './plan.js';
import { PlanRunner } from './plan-runner.js';

/** "POST", "ROLE": an advisory lock is of one database, as a manifest is. */
const LOCK = [0x504f5354, 0x524f4c45] as const;
/** Of what is left over, in an error. */
const SHOWN = 10;

export interface ApplyOptions extends PlanRequest {
  /** Digest of the plan that was agreed to. Anything else is refused. */
  readonly expectedDigest?: string;
  /** For each statement; 0: none. */
  readonly statementTimeoutMs: number;
  /** How long a statement waits for others; 0: for ever. */
  readonly lockTimeoutMs: number;
  readonly onProgress?: (done: number, total: number) => void;
}

export interface Applied {
  readonly plan: RolesPlan;
  readonly statements: number;
}

/** The manifest does not fit the server: problems with their places, for whoever shows them. */
export class PlanRefused extends RolesFailure {
  constructor(readonly problems: readonly Problem[]) {
    super('the manifest does not fit this server', 'see the problems above; nothing was changed');
  }
}

/**
 * Makes the database as the manifest wants it, or leaves it exactly as it was: one transaction, one run at a time,
 * inspected again before and after.
 */
export async function applyRoles(connection: RolesConnection, options: ApplyOptions): Promise<Applied> {
  await lock(connection);
  try {
    return await connection.transaction('commit', () => applyIn(connection, options));
  } finally {
    // When the connection broke, the lock went with it.
    await connection.rows('select pg_catalog.pg_advisory_unlock($1, $2)', LOCK).catch(() => undefined);
  }
}

/** Of the session, not of the transaction: the transaction's snapshot must be younger than the lock. */
async function lock(connection: RolesConnection): Promise<void> {
  const [row] = await connection.rows<{ locked: boolean }>(
    'select pg_catalog.pg_try_advisory_lock($1, $2) as locked',
    LOCK,
  );
  if (row?.locked) return;
  const holders = await connection.rows<{ pid: number; user: string | null; address: string | null }>(
    LOCK_HOLDER,
    LOCK,
  );
  throw new AnotherRun(
    'another run of postern is changing this database',
    'wait until it is over and try again',
    holders.map(
      ({ pid, user, address }) =>
        `it is pid ${pid}${user === null ? '' : `, user \`${user}\``}${address === null ? '' : `, from ${address}`}`,
    ),
  );
}

async function applyIn(connection: RolesConnection, options: ApplyOptions): Promise<Applied> {
  await connection.run(`set local statement_timeout = ${options.statementTimeoutMs}`);
  await connection.run(`set local lock_timeout = ${options.lockTimeoutMs}`);
  const plan = await planIn(connection, options);
  refuse(plan, options.expectedDigest);
  const statements = await execute(connection, plan, options);
  return { plan, statements };
}

function refuse(plan: RolesPlan, expectedDigest: string | undefined): void {
  if (plan.problems.length > 0) throw new PlanRefused(plan.problems);
  if (expectedDigest !== undefined && expectedDigest !== plan.digest)
    throw new FoundDifferent(
      'the database has changed since the plan was made',
      'run `postern diff` again and look at the new plan',
      [`agreed to ${expectedDigest}`, `now it is  ${plan.digest}`],
    );
  const obstacles = [...plan.missing, ...plan.hazards];
  if (obstacles.length > 0)
    throw new InTheWay(
      `the plan can not run: ${obstacles.length === 1 ? 'one thing stands' : `${obstacles.length} things stand`} in the way`,
      'deal with each as it says; nothing was changed',
      obstacles.flatMap(({ message, fix }) => [message, `  → ${fix}`]),
    );
}

async function execute(connection: RolesConnection, plan: RolesPlan, options: ApplyOptions): Promise<number> {
  const verifiers = verifiersOf(
    options.passwords,
    plan.changes.flatMap((change) => (change.kind === 'set_password' ? [change.role] : [])),
  );
  const runner = new PlanRunner(connection, plan.changes, verifiers, options.onProgress);
  await runner.run('work');
  if (runner.has('drop_role')) await refuseHazards(connection, plan.changes);
  if (runner.has('terminate_sessions')) {
    // No rollback brings a session back: all that can fail is tried before the first one ends.
    await connection.run('savepoint rehearsal');
    await runner.rehearse('drop_role');
    await verify(connection, plan, options);
    await connection.run('set constraints all immediate');
    await connection.run('rollback to savepoint rehearsal');
    await runner.run('terminate_sessions');
    await runner.run('drop_role');
  } else {
    await runner.run('drop_role');
    await verify(connection, plan, options);
  }
  return runner.statements;
}

async function refuseHazards(connection: RolesConnection, changes: readonly Change[]): Promise<void> {
  const hazards = await remainingHazards(connection, changes);
  if (hazards.length === 0) return;
  throw new InTheWay(
    'roles can not be dropped: something still depends on them',
    'deal with each as it says; everything was rolled back',
    hazards.flatMap(({ message, fix }) => [message, `  → ${fix}`]),
  );
}

/** PostgreSQL answers some statements that had no effect with a warning. What did not take effect is not kept. */
async function verify(connection: RolesConnection, plan: RolesPlan, options: ApplyOptions): Promise<void> {
  if (plan.changes.length === 0) return;
  const after = await planIn(connection, options);
  const left = driftOf(after, connection.facts.mayReadVerifiers);
  if (left.length === 0) return;
  const statements = left.flatMap((change) => render(change, connection.facts));
  throw new RolesFailure(
    `${left.length === 1 ? 'one change' : `${left.length} changes`} had no effect, so everything was rolled back`,
    'check that the connected role may do this and that no event trigger or extension undoes it',
    [
      ...statements.slice(0, SHOWN).map((statement) => `still to do: ${statement}`),
      ...(statements.length > SHOWN ? [`and ${statements.length - SHOWN} more`] : []),
    ],
  );
}
