import { PosternError } from '@postern/core/errors';
import type { FailureClass } from '@postern/core/reconcile';
import type { Problem } from '@postern/core/roles';
import type { TaskFailure } from '@postern/protocol/tasks';
import { PlanRefused } from '../targets/roles/apply.js';
import {
  AnotherRun,
  CommitUnknown,
  type DatabaseError,
  FoundDifferent,
  InTheWay,
  RolesFailure,
} from '../targets/roles/failure.js';

const TEXT_MAX = 2_000;
const FACTS_MAX = 200;

/** Codes and classes (two letters) of PostgreSQL's SQLSTATEs, and of the socket. */
const CLASSES: readonly (readonly [pattern: RegExp, failure: FailureClass])[] = [
  [/^(55P03|40P01|40001)$/, 'lock'],
  [/^(08...|57P0[123]|53...|ECONN.*|ETIMEDOUT|EPIPE|EHOSTUNREACH|ENETUNREACH|EAI_AGAIN)$/, 'transient'],
  [/^(42501|28...|0LP01)$/, 'permission'],
  [/^(3F000|42P01|42883|42704|42703|3D000)$/, 'missing'],
];

/** What went wrong, and what may be done about it. */
export function failureOf(error: unknown): TaskFailure {
  if (error instanceof PlanRefused) return manifestFailure(error.problems);
  if (error instanceof RolesFailure) {
    const { message, fix, facts } = error;
    const { severity, code } = (error.cause ?? {}) as DatabaseError;
    return bounded({
      ...{ class: classOf(error), message, fix, facts: [...facts] },
      // Only what a server said has a severity; a broken socket has a code too.
      ...(severity === undefined || code === undefined ? {} : { sqlstate: code }),
    });
  }
  if (error instanceof PosternError)
    return bounded({ class: 'refused', message: error.message, fix: error.detail.fix ?? '', facts: [] });
  return {
    class: 'other',
    message: 'something in the agent broke',
    fix: "look at the agent's log, and report it",
    facts: [],
  };
}

function classOf(error: RolesFailure): FailureClass {
  if (error instanceof FoundDifferent) return 'different';
  if (error instanceof AnotherRun) return 'lock';
  if (error instanceof CommitUnknown) return 'transient';
  if (error instanceof InTheWay) return 'permission';
  const { code, message } = (error.cause ?? {}) as DatabaseError;
  if (code === undefined) return /terminated|timeout|closed/i.test(message ?? '') ? 'transient' : 'other';
  return CLASSES.find(([pattern]) => pattern.test(code))?.[1] ?? 'other';
}

/** Everything that is wrong with a manifest, or with it on this server. */
export function manifestFailure(problems: readonly Problem[]): TaskFailure {
  const isMissing = problems.every(
    ({ code }) => code === 'server.missing_object' || code === 'server.missing_role',
  );
  const [first] = problems;
  return bounded({
    class: isMissing && problems.length > 0 ? 'missing' : 'manifest',
    message:
      problems.length === 1 && first
        ? first.message
        : `${problems.length} things are wrong with the manifest`,
    fix:
      problems.length === 1 && first ? first.fix : 'deal with each as it says, and save the manifest again',
    facts: problems.map(
      ({ line, column, path, message, fix }) => `${line}:${column} ${path}: ${message} → ${fix}`,
    ),
  });
}

function bounded({ message, fix, facts, ...rest }: TaskFailure): TaskFailure {
  const cut = (text: string) => (text.length > TEXT_MAX ? `${text.slice(0, TEXT_MAX - 1)}…` : text);
  return { ...rest, message: cut(message), fix: cut(fix), facts: facts.slice(0, FACTS_MAX).map(cut) };
}
