import { type ObjectType, PRIVILEGES, type Privilege, type PrivilegeMask } from './objects.js';

/** The mask of some privileges. */
export function maskOf(privileges: Iterable<Privilege>): PrivilegeMask {
  let mask = 0;
  for (const privilege of privileges) mask |= 1 << PRIVILEGES.indexOf(privilege);
  return mask;
}

/** The privileges of a mask, in PostgreSQL's order. */
export function privilegesOf(mask: PrivilegeMask): Privilege[] {
  return PRIVILEGES.filter((_, bit) => mask & (1 << bit));
}

const RELATION = maskOf([
  'SELECT',
  'INSERT',
  'UPDATE',
  'DELETE',
  'TRUNCATE',
  'REFERENCES',
  'TRIGGER',
  'MAINTAIN',
]);
const USAGE = maskOf(['USAGE']);
const EXECUTE = maskOf(['EXECUTE']);

/** What can be granted on an object of a type (PostgreSQL manual, table 5.2); MAINTAIN needs 17, parameters need 15. */
export const PRIVILEGES_ON: Readonly<Record<ObjectType, PrivilegeMask>> = {
  table: RELATION,
  view: RELATION,
  materialized_view: RELATION,
  foreign_table: RELATION,
  sequence: maskOf(['SELECT', 'UPDATE', 'USAGE']),
  function: EXECUTE,
  procedure: EXECUTE,
  type: USAGE,
  domain: USAGE,
  schema: maskOf(['CREATE', 'USAGE']),
  database: maskOf(['CREATE', 'CONNECT', 'TEMPORARY']),
  language: USAGE,
  foreign_server: USAGE,
  foreign_data_wrapper: USAGE,
  tablespace: maskOf(['CREATE']),
  large_object: maskOf(['SELECT', 'UPDATE']),
  parameter: maskOf(['SET', 'ALTER SYSTEM']),
};

/** What can be granted on single columns. */
export const COLUMN_PRIVILEGES: PrivilegeMask = maskOf(['SELECT', 'INSERT', 'UPDATE', 'REFERENCES']);
