import { levelsOf, revoked } from './acl.js';
import { withGrants } from './acl-steps.js';
import type { ChangeOf } from './changes.js';
import type { Acl, ObjectState } from './graph.js';
import type { HasPrivilegesOf } from './powers.js';

/** A list after a GRANT or REVOKE by the owner. */
export function changedAcl(
  change: ChangeOf<'grant' | 'revoke' | 'grant_default' | 'revoke_default'>,
  acl: Acl,
  owner: string,
  hasPrivilegesOf: HasPrivilegesOf,
): Acl {
  const { grantee, privileges } = change;
  if (change.kind === 'grant' || change.kind === 'grant_default') {
    return withGrants(acl, owner, [{ op: 'grant', grantee, privileges, grantable: change.grantable }]);
  }
  return revoked(acl, owner, owner, { grantee, privileges, optionOnly: change.optionOnly }, hasPrivilegesOf);
}

/** A list after DROP OWNED by a grantee. */
export function withoutGrantee(
  acl: Acl,
  owner: string,
  grantee: string,
  hasPrivilegesOf: HasPrivilegesOf,
): Acl {
  const held = levelsOf(acl).get(grantee);
  if (!held || grantee === owner) return acl;
  return revoked(
    acl,
    owner,
    owner,
    { grantee, privileges: held.privileges, optionOnly: false },
    hasPrivilegesOf,
  );
}

/** An object after a change of the rights on some columns. */
export function onColumns(
  state: ObjectState,
  names: readonly string[],
  change: (acl: Acl) => Acl,
): ObjectState {
  const columns = new Map(state.columns);
  for (const name of names) {
    const acl = change(columns.get(name) ?? []);
    if (acl.length > 0) columns.set(name, acl);
    else columns.delete(name);
  }
  return withColumns(state, columns);
}

/** An object with these rights on columns; empty ones are none. */
export function withColumns(
  { columns: _, ...state }: ObjectState,
  columns: ReadonlyMap<string, Acl>,
): ObjectState {
  const left = new Map([...columns].filter(([, acl]) => acl.length > 0));
  return left.size > 0 ? { ...state, columns: left } : state;
}
