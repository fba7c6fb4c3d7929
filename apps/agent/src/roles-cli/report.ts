import type { Problem } from '@postern/core/roles';
import { PlanRefused } from '../targets/roles/apply.js';
import { RolesFailure } from '../targets/roles/failure.js';
import { type ExitCode, type Io, type Paint, painter, print, UsageError } from './io.js';
import { ManifestInvalid } from './manifest-file.js';

/** One problem: where, what, what to do. The first line is what editors and CI make links of. */
function problemText({ file, line, column, path, message, fix }: Problem, paint: Paint): string {
  const where = paint('bold', `${file}:${line}:${column}:`);
  return `${where} ${message}${path === '' ? '' : paint('dim', ` (${path})`)}\n  → ${fix}`;
}

export function problemsText(problems: readonly Problem[], paint: Paint): string {
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  return [...problems.map((problem) => problemText(problem, paint)), paint('red', count)].join('\n');
}

/** Says why a command did not work, and with which code it ends. Errors of our own making are not hidden. */
export async function reportFailure(command: string, error: unknown, io: Io): Promise<ExitCode> {
  const paint = painter(io.stderr, io.env);
  if (error instanceof UsageError) {
    await print(io.stderr, `postern ${command}: ${error.message}\n  postern ${command} --help`);
    return 64;
  }
  if (error instanceof ManifestInvalid) {
    await print(io.stderr, problemsText(error.problems, paint));
    return 1;
  }
  if (!(error instanceof RolesFailure)) throw error;
  if (error instanceof PlanRefused) await print(io.stderr, problemsText(error.problems, paint));
  const lines = [
    paint('red', `postern ${command}: ${error.message}`),
    ...error.facts.map((fact) => `  ${fact}`),
    `  → ${error.fix}`,
  ];
  await print(io.stderr, lines.join('\n'));
  return 1;
}
