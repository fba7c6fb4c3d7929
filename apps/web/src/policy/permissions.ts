import type { Permission } from '@postern/core/policy';

export type { Permission };

/**
 * What each permission lets a person do, in the order people see them. The type makes this list complete: a permission that
 * core adds and this lacks does not compile. (Importing core's own list would bring its validators into the browser.)
 */
export const PERMISSION_WHAT: Readonly<Record<Permission, string>> = {
  read: 'SELECT, SHOW and SET queries',
  write: 'INSERT, UPDATE and DELETE; editing rows',
  ddl: 'CREATE, ALTER, DROP, TRUNCATE, GRANT and REVOKE',
  admin: 'Roles and databases; ending other sessions',
  explain: 'EXPLAIN queries',
  execute: 'CALL stored procedures',
  export: 'Exporting results',
};

export const PERMISSIONS = Object.keys(PERMISSION_WHAT) as Permission[];
