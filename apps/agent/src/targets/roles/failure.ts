/** What a run of the roles commands could not do. Texts follow the rules of errors everywhere: no secrets, what to do next. */
export class RolesFailure extends Error {
  override readonly name = 'RolesFailure';
  constructor(
    message: string,
    readonly fix: string,
    /** Shown line by line below: where it happened, which objects. */
    readonly facts: readonly string[] = [],
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** What was found is not what was agreed to. */
export class FoundDifferent extends RolesFailure {}

/** Another run holds the lock: it will be over. */
export class AnotherRun extends RolesFailure {}

/** The connection broke in COMMIT and the server could not be asked how it ended. */
export class CommitUnknown extends RolesFailure {}

/** The connected login, or something that depends on a role, stands in the way: known before anything was tried. */
export class InTheWay extends RolesFailure {}

/** Fields of PostgreSQL's errors ("Error and Notice Message Fields" of its manual). */
export interface DatabaseError extends Error {
  readonly code?: string;
  readonly severity?: string;
  readonly detail?: string;
  readonly hint?: string;
}

/** SQLSTATEs that people can do something about: what it means here, and what to do. */
const REMEDIES: Readonly<Record<string, string>> = {
  '42501':
    'connect as a superuser, as the owner of the objects, or as a role that has ADMIN on the roles concerned',
  '3F000': 'create the schema first, or declare it under `schemas`',
  '42P01': 'create the object first, for example by running the migrations',
  '42883': 'create the function first; it is named with its argument types, as in `f(integer, text)`',
  '42704': 'create the object or role first, or declare it; where it is a setting, check its name',
  '42703': 'check the name of the column',
  '55P03':
    'somebody else holds a lock on it: try again when long transactions are over, or raise --lock-timeout',
  '57014': 'raise --statement-timeout, or run it when the database is less busy',
  '40P01': 'run it again: another transaction was in the way',
  '40001': 'run it again: another transaction was in the way',
  '2BP01':
    'something depends on it, as the detail says; `reassign_owned_to` and `drop_owned` of the retirement deal with what a role owns',
  '0LP01': 'another role granted it; connect as that role or as a superuser',
  '25006': 'connect to the primary server: this one is read-only',
  XX000: 'run it again; "tuple concurrently updated" means that somebody else changed the same rights',
};

/** What to do about an error of the database. */
export function remedy(code: string | undefined): string {
  return REMEDIES[code ?? ''] ?? 'see the error of the database above; nothing was changed';
}
