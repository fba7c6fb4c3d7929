import { type Desired, expressionKey, type ObjectRef, writtenExpressions } from '@postern/core/roles';
import { codeOf } from '../connect.js';
import type { RolesConnection } from './connection.js';
import { RolesFailure } from './failure.js';

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/**
 * How PostgreSQL writes the expressions of the manifest's row policies: it keeps their parse tree, not their text, so
 * that only its own words can be compared. Each is put on an empty copy of its table (same name and columns, so that it
 * reads the same), read back and rolled back; the real tables are not locked against anybody.
 */
export async function readExpressions(
  connection: RolesConnection,
  desired: Desired,
): Promise<ReadonlyMap<string, string>> {
  const read = new Map<string, string>();
  const written = writtenExpressions(desired);
  // A standby can make no tables; texts are compared as they are then.
  if (written.length === 0 || connection.facts.inRecovery) return read;
  await connection.run('savepoint expressions');
  for (const { table, text } of written) {
    const key = expressionKey(table, text);
    if (read.has(key)) continue;
    const expression = await readBack(connection, table, text);
    if (expression !== undefined) read.set(key, expression);
  }
  await connection.run('rollback to savepoint expressions');
  return read;
}

async function readBack(
  connection: RolesConnection,
  table: ObjectRef,
  text: string,
): Promise<string | undefined> {
  const original = `${quoted(table.schema ?? '')}.${quoted(table.name)}`;
  const found = await connection.rows(
    'select 1 from pg_catalog.pg_class where oid = pg_catalog.to_regclass($1)',
    [original],
  );
  // Whether it should exist is for the plan to say.
  if (found.length === 0) return undefined;
  const copy = `pg_temp.${quoted(table.name)}`;
  await connection.run('savepoint expression');
  try {
    await connection.run(`create temporary table ${quoted(table.name)} (like ${original})`);
    await connection.run(`create policy written on ${copy} using (${text}\n)`);
    const rows = await connection.rows<{ text: string }>(
      `select pg_catalog.pg_get_expr(polqual, polrelid) as text from pg_catalog.pg_policy where polrelid = $1::pg_catalog.regclass`,
      [copy],
    );
    return rows[0]?.text;
  } catch (error) {
    if (!(error instanceof RolesFailure)) throw error;
    // Who may not read the table may not copy it; texts are compared then.
    if (codeOf(error.cause) === '42501') return undefined;
    throw new RolesFailure(
      `a row policy of \`${table.schema}.${table.name}\` can not be read by PostgreSQL: ${error.message}`,
      'correct the expression; names in it need their schema, as in `app.orders`',
      error.facts,
    );
  } finally {
    await connection.run('rollback to savepoint expression').catch(() => undefined);
  }
}
