import {
  type Desired,
  exportManifest,
  graphFromCatalog,
  inventoryOf,
  loadManifest,
  type Mode,
  suggestProfiles,
  WHOLE_DATABASE,
  withoutGuards,
  writeManifest,
} from '@postern/core/roles';
import type { GuardMasks, TaskFailure, TaskResult } from '@postern/protocol/tasks';
import { taskPayloads } from '@postern/protocol/tasks';
import { canLogIn, type GuardLogins, guardPasswords, ownLogin } from '../targets/guard-login.js';
import { applyRoles, PlanRefused } from '../targets/roles/apply.js';
import { readChangeTimes } from '../targets/roles/change-times.js';
import { RolesConnection } from '../targets/roles/connection.js';
import { CommitUnknown, FoundDifferent, RolesFailure } from '../targets/roles/failure.js';
import { readPasswords } from '../targets/roles/passwords.js';
import { makePlan, type PlanRequest, type RolesPlan } from '../targets/roles/plan.js';
import { readCatalog } from '../targets/roles/read-catalog.js';
import { identifierOf, madePlanOf } from './plan-content.js';
import { failureOf, manifestFailure } from './task-failure.js';

/** What the work says while it goes on, and how it is told to give up. */
export interface TaskControl {
  readonly signal: AbortSignal;
  progress(done: number, total: number): void;
}

export interface TaskTarget {
  /** Of the login that manages roles. */
  readonly url: string;
  readonly guards: GuardLogins;
  /** Where passwords that a manifest refers to come from. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

type Outcome = Omit<TaskResult, 'taskId'>;

/** Does one task of the roles engine. Never throws: what went wrong is part of the answer. */
export async function runRolesTask(
  task: { readonly kind: string; readonly payload: unknown },
  target: TaskTarget,
  control: TaskControl,
): Promise<Outcome> {
  try {
    return await withConnection(target.url, control.signal, (connection) =>
      perform(task, { connection, target, control }),
    );
  } catch (error) {
    // Told to give up, but perhaps after COMMIT: that is no cancelled one.
    if (control.signal.aborted && !(error instanceof CommitUnknown)) return { status: 'cancelled' };
    return { status: 'failed', failure: failureOf(error) };
  }
}

interface Surroundings {
  readonly connection: RolesConnection;
  readonly target: TaskTarget;
  readonly control: TaskControl;
}

async function perform(
  { kind, payload }: { readonly kind: string; readonly payload: unknown },
  around: Surroundings,
): Promise<Outcome> {
  switch (kind) {
    case 'roles.plan':
      return plan(taskPayloads[kind].parse(payload), around);
    case 'roles.scan':
      return scan(taskPayloads[kind].parse(payload), around);
    case 'roles.apply':
      return apply(taskPayloads[kind].parse(payload), around);
    case 'roles.generate':
      return generate(taskPayloads[kind].parse(payload), around);
    default:
      return failed({
        class: 'refused',
        message: `this agent does not know tasks of the kind \`${kind}\``,
        fix: 'update the agent',
        facts: [],
      });
  }
}

const failed = (failure: TaskFailure): Outcome => ({ status: 'failed', failure });

async function plan(payload: Wanted, around: Surroundings): Promise<Outcome> {
  const made = await compare(payload, around);
  if ('class' in made) return failed(made);
  return { status: 'succeeded', plan: madePlanOf(made, around.connection.facts, around.target.guards.slug) };
}

/** The same, and what tells where each difference comes from. */
async function scan(payload: Wanted, around: Surroundings): Promise<Outcome> {
  const made = await compare(payload, around);
  if ('class' in made) return failed(made);
  const { connection, target } = around;
  const changedAt = await readChangeTimes(connection, made.changes);
  return { status: 'succeeded', plan: madePlanOf(made, connection.facts, target.guards.slug, changedAt) };
}

async function compare(
  payload: Wanted,
  { connection, target }: Surroundings,
): Promise<RolesPlan | TaskFailure> {
  const request = await requestOf(payload, connection, target);
  if ('class' in request) return request;
  const made = await makePlan(connection, request);
  if (made.problems.length > 0) throw new PlanRefused(made.problems);
  return made;
}

async function apply(
  payload: ReturnType<(typeof taskPayloads)['roles.apply']['parse']>,
  { connection, target, control }: Surroundings,
): Promise<Outcome> {
  const request = await requestOf(payload, connection, target);
  if ('class' in request) return failed(request);
  if (identifierOf(connection.facts) !== payload.systemIdentifier)
    throw new FoundDifferent(
      'this is another server than the one that was planned for',
      'plan again, and approve the new plan',
      [`planned for ${payload.systemIdentifier}`, `this is ${identifierOf(connection.facts)}`],
    );
  try {
    const { statements } = await applyRoles(connection, {
      ...request,
      expectedDigest: payload.expectedDigest,
      statementTimeoutMs: payload.statementTimeoutMs,
      lockTimeoutMs: payload.lockTimeoutMs,
      onProgress: (done, total) => control.progress(done, total),
    });
    return { status: 'succeeded', applied: { statements } };
  } catch (error) {
    if (error instanceof FoundDifferent && (await isAsWanted(connection, request)))
      return { status: 'succeeded', applied: { statements: 0 } };
    throw error;
  }
}

/**
 * The agent may have been killed between the commit and its answer: then the same task comes again, and what it asks for is
 * there. Nothing else leaves a plan without changes behind an approved one.
 */
async function isAsWanted(connection: RolesConnection, request: PlanRequest): Promise<boolean> {
  const now = await makePlan(connection, request);
  return now.problems.length === 0 && now.changes.length === 0;
}

async function generate(
  options: { suggestProfiles: boolean },
  { connection, target }: Surroundings,
): Promise<Outcome> {
  const whole = await connection.transaction('rollback', async () =>
    graphFromCatalog(await readCatalog(connection, WHOLE_DATABASE)),
  );
  const graph = withoutGuards(whole, target.guards.slug);
  const flat = exportManifest(graph, connection.facts);
  const manifest = options.suggestProfiles
    ? suggestProfiles(flat, inventoryOf(graph), { minSchemas: 2 }).manifest
    : flat;
  return { status: 'succeeded', manifest: writeManifest(manifest) };
}

interface Wanted {
  readonly manifest: string;
  readonly mode: Mode;
  readonly guards?: GuardMasks | undefined;
}

async function requestOf(
  { manifest, mode, guards }: Wanted,
  connection: RolesConnection,
  target: TaskTarget,
): Promise<PlanRequest | TaskFailure> {
  const loaded = loadManifest(manifest, 'manifest');
  if (loaded.desired === undefined) return manifestFailure(loaded.problems);
  const desired: Desired = loaded.desired;
  const passwords = readPasswords(desired, target.environment);
  if (guards === undefined) return { desired, mode, passwords };
  const own = await guardPasswordsToSay(connection, target.guards, guards.masks);
  const { slug, url } = target.guards;
  return {
    desired,
    mode,
    passwords: new Map([...passwords, ...own]),
    guards: { connection: slug, ...guards, heir: ownLogin(url) },
  };
}

/** Where stored passwords can not be read, one that lets the agent in is one that need not be set. */
async function guardPasswordsToSay(
  connection: RolesConnection,
  logins: GuardLogins,
  masks: readonly number[],
): Promise<Map<string, string>> {
  const passwords = guardPasswords(logins, masks);
  if (connection.facts.mayReadVerifiers) return passwords;
  for (const role of [...passwords.keys()]) if (await canLogIn(logins, role)) passwords.delete(role);
  return passwords;
}

async function withConnection<T>(
  url: string,
  signal: AbortSignal,
  work: (connection: RolesConnection) => Promise<T>,
): Promise<T> {
  const connection = await RolesConnection.open(url);
  // Closing it rolls back whatever is open.
  const giveUp = () => void connection.abandon();
  signal.addEventListener('abort', giveUp, { once: true });
  try {
    if (signal.aborted) throw new RolesFailure('it was cancelled', 'ask for it again');
    return await work(connection);
  } finally {
    signal.removeEventListener('abort', giveUp);
    await connection.close().catch(() => undefined);
  }
}
