import pg from 'pg';

/** Name of the constraint that a statement sent by `pg` violated, when that is why it failed. */
export function violatedConstraintOf(error: unknown): string | undefined {
  return error instanceof pg.DatabaseError && error.code?.startsWith('23') ? error.constraint : undefined;
}

/** The SQLSTATE with which PostgreSQL ended a statement sent by `pg`. */
export function pgCodeOf(error: unknown): string | undefined {
  return error instanceof pg.DatabaseError ? error.code : undefined;
}
