import { attributeDrift, differenceOf, type Mode } from '@postern/core/roles';
import { PlanRefused } from '../targets/roles/apply.js';
import { readChangeTimes } from '../targets/roles/change-times.js';
import type { RolesConnection } from '../targets/roles/connection.js';
import { readPasswords } from '../targets/roles/passwords.js';
import { driftOf, makePlan, type PlanRequest } from '../targets/roles/plan.js';
import { type DatabaseOptions, databaseUrl, withDatabase } from './database.js';
import { readTrail } from './evidence.js';
import { type ExitCode, type Io, painter, print, UsageError } from './io.js';
import { type ManifestOptions, readManifest } from './manifest-file.js';
import { deliver } from './output-file.js';
import { type PlanFacts, planJson, planSql, planSummary } from './plan-text.js';

export interface PlanOptions extends ManifestOptions, DatabaseOptions {
  readonly mode: Mode;
  readonly format: 'sql' | 'summary' | 'json';
}

export interface DiffOptions extends PlanOptions {
  readonly exitCode: boolean;
  readonly output?: string;
  readonly why: boolean;
  readonly evidence?: string;
  readonly evidenceConnection?: string;
  readonly previous?: string;
}

/** Shows what `apply` would do. What is wrong with the manifest is found before anything is connected to. */
export async function diff(options: DiffOptions, io: Io): Promise<ExitCode> {
  const isAsked = options.evidence ?? options.evidenceConnection ?? options.previous;
  if (isAsked !== undefined && !options.why)
    throw new UsageError('--evidence, --evidence-connection and --previous need --why');
  const request = await planRequest(options, io);
  const trail = options.evidence && (await readTrail(options.evidence, options.evidenceConnection));
  const before =
    options.previous &&
    readManifest({ [options.bundle === undefined ? 'file' : 'bundle']: options.previous }).desired;
  return withDatabase<ExitCode>(databaseUrl(options, io.env), async (connection) => {
    const found = await planOn(connection, request);
    const previous = before && (await makePlan(connection, { ...request, desired: before })).changes;
    const planned = !options.why
      ? found
      : {
          ...found,
          attributions: attributeDrift({
            differences: found.plan.changes.map((change) => differenceOf(change, found.plan.current)),
            ...(previous && { previous }),
            ...(trail && { trails: [trail] }),
            changedAt: await readChangeTimes(connection, found.plan.changes),
          }),
        };
    await showPlan(planned, options, io);
    const drift = driftOf(planned.plan, connection.facts.mayReadVerifiers);
    return options.exitCode && drift.length > 0 ? 2 : 0;
  });
}

export async function planRequest(options: PlanOptions, io: Io): Promise<PlanRequest> {
  const { desired, warnings } = readManifest(options);
  for (const warning of warnings) await print(io.stderr, `warning: ${warning}`);
  return { desired, mode: options.mode, passwords: readPasswords(desired, io.env) };
}

export async function planOn(connection: RolesConnection, request: PlanRequest): Promise<PlanFacts> {
  const plan = await makePlan(connection, request);
  if (plan.problems.length > 0) throw new PlanRefused(plan.problems);
  return { plan, mode: request.mode, facts: connection.facts };
}

/** The plan as data in the form that was asked for; the summary for people beside it on stderr. */
export async function showPlan(
  planned: PlanFacts,
  { format, output }: Pick<DiffOptions, 'format' | 'output'>,
  io: Io,
): Promise<void> {
  if (format === 'summary') {
    const stream = output === undefined ? io.stdout : undefined;
    const paint = stream === undefined ? (_: unknown, text: string) => text : painter(stream, io.env);
    return deliver(planSummary(planned, paint), output, io);
  }
  await print(io.stderr, planSummary(planned, painter(io.stderr, io.env)));
  await deliver(format === 'json' ? planJson(planned) : planSql(planned), output, io);
}
