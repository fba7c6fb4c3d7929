import { PERMISSION_BIT } from '@postern/core/policy';
import type { StatementClass } from '@postern/core/sql';
import type { WireClient } from './wire-client.js';

/** Where the statements of a session run: what their names stand for, and as whom. */
export interface SessionPlace {
  readonly database: string;
  readonly role: string;
  readonly searchPath: string;
}

const ASK = `select pg_catalog.current_database() as database, current_user::pg_catalog.text as role,
  pg_catalog.current_setting('search_path') as "searchPath"`;

/** Undefined where it can not be told. */
export async function askPlace(client: WireClient): Promise<SessionPlace | undefined> {
  const answer = await client.query<SessionPlace>(ASK).catch(() => undefined);
  return answer?.rows[0];
}

const STAYING = new Set(['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'MERGE', 'SHOW', 'EXPLAIN']);
const CODE = PERMISSION_BIT.execute | PERMISSION_BIT.admin;

/** Whether a session may be elsewhere after the statement: settings come and go with SET, with code, and with transactions. */
export const mayMove = ({ kind, required, searched }: StatementClass): boolean =>
  !STAYING.has(kind) || (required & CODE) !== 0 || searched !== undefined;
