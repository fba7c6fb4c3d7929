import { createInterface } from 'node:readline/promises';
import type { Writable } from 'node:stream';
import { applyRoles } from '../targets/roles/apply.js';
import { RolesFailure } from '../targets/roles/failure.js';
import { databaseUrl, withDatabase } from './database.js';
import { type PlanOptions, planOn, planRequest, showPlan } from './diff.js';
import { type ExitCode, type Io, type Paint, painter, print } from './io.js';
import { lossText, planSummary, serverText } from './plan-text.js';

export interface ApplyCommandOptions extends PlanOptions {
  readonly dryRun: boolean;
  readonly yes: boolean;
  readonly digest?: string;
  /** Milliseconds; the option is in seconds. */
  readonly statementTimeout: number;
  readonly lockTimeout: number;
}

/** Plans, shows, asks where something is taken away, and applies exactly what was shown. */
export async function apply(options: ApplyCommandOptions, io: Io): Promise<ExitCode> {
  const request = await planRequest(options, io);
  return withDatabase<ExitCode>(databaseUrl(options, io.env), async (connection) => {
    const paint = painter(io.stderr, io.env);
    const planned = await planOn(connection, request);
    if (options.dryRun) {
      await showPlan(planned, options, io);
      return 0;
    }
    await print(io.stderr, planSummary(planned, paint));
    refuseOtherDigest(options.digest, planned.plan.digest);
    if (planned.plan.changes.length === 0) return 0;
    const losses = lossText(planned, paint);
    if (losses !== '') await print(io.stderr, losses);
    if (losses !== '' && !options.yes && !(await agreed(serverText(planned.facts), io))) {
      await print(io.stderr, 'nothing was changed');
      return 1;
    }
    connection.onWarning((text) => io.stderr.write(`${paint('yellow', 'warning')}: ${text}\n`));
    const { statements, plan } = await applyRoles(connection, {
      ...request,
      expectedDigest: planned.plan.digest,
      statementTimeoutMs: options.statementTimeout,
      lockTimeoutMs: options.lockTimeout,
      onProgress: progressOn(io, paint),
    });
    const changes = plan.changes.length === 1 ? '1 change' : `${plan.changes.length} changes`;
    const text = `applied ${changes} in ${statements === 1 ? '1 statement' : `${statements} statements`}`;
    await print(io.stderr, paint('green', text));
    return 0;
  });
}

function refuseOtherDigest(wanted: string | undefined, digest: string): void {
  if (wanted === undefined || wanted === digest) return;
  throw new RolesFailure(
    'the plan is not the one that --digest names',
    'look at it with `postern diff --format json`, which has its digest',
    [`--digest ${wanted}`, `this is  ${digest}`],
  );
}

/** Asked on a terminal only: a pipeline has its review before, and nobody to answer. */
async function agreed(server: string, io: Io): Promise<boolean> {
  if (!io.stdin.isTTY || !io.stderr.isTTY) return true;
  const prompt = createInterface({ input: io.stdin, output: io.stderr as Writable });
  try {
    const answer = await prompt.question(`take these rights away on ${server}? type yes to go on: `);
    return answer.trim().toLowerCase() === 'yes';
  } finally {
    prompt.close();
  }
}

/** A line that counts up, on a terminal. */
function progressOn({ stderr }: Io, paint: Paint): (done: number, total: number) => void {
  if (!stderr.isTTY) return () => undefined;
  let shown = -1;
  return (done, total) => {
    const percent = Math.floor((done * 100) / total);
    if (percent === shown && done !== total) return;
    shown = percent;
    const text = paint('dim', `  ${done}/${total} changes`);
    stderr.write(`\r${text}${done === total ? '\n' : ''}`);
  };
}
