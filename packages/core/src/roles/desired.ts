import { assertNever } from '../errors.js';
import type { InspectionScope } from './catalog.js';
import {
  type DefaultObjectType,
  defaultKey,
  type ObjectSelector,
  objectKey,
  type RoleState,
  type RowSecurityState,
} from './graph.js';
import type { PrivilegeMask } from './objects.js';
import type { Place } from './problem.js';

/**
 * A manifest without profiles and shorthand: what is wanted, before a catalog says which objects there are. All names are
 * as in the catalog; PUBLIC is {@link PUBLIC}. Everything knows where it was written, for errors that only a server shows.
 * Lists are sorted, so that equal manifests give equal output.
 */
export interface Desired {
  /** Roles that are to exist with exactly these attributes: declared and generated. */
  readonly roles: ReadonlyMap<string, DesiredRole>;
  /** `external: true`: must exist; attributes, passwords and (unless declared here) memberships belong to someone else. */
  readonly externalRoles: ReadonlyMap<string, Place>;
  /** Declared: created when missing, owner converged. Schemas that only grants name must exist. */
  readonly schemas: ReadonlyMap<string, DesiredSchema>;
  readonly grants: readonly DesiredGrant[];
  readonly defaults: readonly DesiredDefault[];
  /** By group. */
  readonly memberships: ReadonlyMap<string, DesiredMembership>;
  readonly retirements: readonly DesiredRetirement[];
  readonly rowSecurity: readonly DesiredRowSecurity[];
  /** `manage: all_roles`: non-system roles that are not declared are dropped in authoritative mode. */
  readonly manageAllRoles: boolean;
  /** Set by bundles: what may be touched at all. */
  readonly scope: ManagedScope | null;
  /** Set where guard roles are wanted, or are to go. */
  readonly guards?: GuardScope;
}

/** Roles that Postern makes from IAM rules, beside what a manifest manages. */
export interface GuardScope {
  /** They hold exactly what is wanted, and go when they are to go, whatever the mode. */
  readonly roles: ReadonlySet<string>;
  /** What the manifest itself looks at. Elsewhere nothing but the guards' own rights is decided. */
  readonly manifest: InspectionScope;
}

export interface DesiredRole extends Omit<RoleState, 'verifier' | 'config' | 'databaseConfig'> {
  /** null: the manifest says nothing, settings stay. Otherwise exactly these. */
  readonly config: ReadonlyMap<string, string> | null;
  readonly databaseConfig: ReadonlyMap<string, string> | null;
  /** Environment variable that holds the password; null: the stored password stays. */
  readonly passwordEnv: string | null;
  readonly at: Place;
}

export interface DesiredSchema {
  readonly name: string;
  /** null: whoever owns it. */
  readonly owner: string | null;
  readonly at: Place;
}

/**
 * One entry of `grants`. Entries for the same object add up. Where a wildcard and a named entry speak of the same grantee,
 * object and privilege, the named one rules: `absent` by name is an exception from a wildcard, and the other way round.
 */
export interface DesiredGrant {
  /** Role name, or {@link PUBLIC}. */
  readonly grantee: string;
  readonly privileges: PrivilegeMask;
  /** Written as `ALL`: bits that the server's version does not know are left out instead of being an error. */
  readonly all: boolean;
  readonly object: ObjectSelector;
  /** Rights on these columns only; null: on the whole object. */
  readonly columns: readonly string[] | null;
  /** WITH GRANT OPTION. With `ensure: absent`: only the grant option goes. */
  readonly grantable: boolean;
  readonly ensure: Ensure;
  readonly at: Place;
}

export type Ensure = 'present' | 'absent';

export interface DesiredDefault {
  readonly owner: string;
  /** null: global. */
  readonly schema: string | null;
  readonly on: DefaultObjectType;
  readonly grantee: string;
  readonly privileges: PrivilegeMask;
  readonly all: boolean;
  readonly grantable: boolean;
  readonly ensure: Ensure;
  readonly at: Place;
}

export interface DesiredMembership {
  readonly group: string;
  /** Members that are not listed are removed (never those that are themselves `pg_*`). Default: the group is declared. */
  readonly exclusive: boolean;
  readonly members: ReadonlyMap<string, DesiredMember>;
  readonly at: Place;
}

export interface DesiredMember {
  readonly name: string;
  readonly admin: boolean;
  /** null: not written. Then true from PostgreSQL 16 on, and whatever the member role has before. */
  readonly inherit: boolean | null;
  /** null: not written. Then true; before 16 an explicit false is an error. */
  readonly set: boolean | null;
  /** GRANTED BY; null: whoever applies. */
  readonly grantedBy: string | null;
  readonly at: Place;
}

export interface DesiredRetirement {
  readonly role: string;
  readonly reassignOwnedTo: string | null;
  readonly dropOwned: boolean;
  readonly terminateSessions: boolean;
  readonly at: Place;
}

/** A declared table's row level security, whole: policies that are not listed are drift. Expressions as written. */
export interface DesiredRowSecurity extends RowSecurityState {
  readonly at: Place;
}

/** What a bundle's documents own together; a change outside is refused before anything runs. */
export interface ManagedScope {
  readonly roles: ReadonlySet<string>;
  readonly schemas: ReadonlyMap<string, { readonly owner: boolean; readonly bindings: boolean }>;
  /** Which document owns what, by {@link claimKey}. */
  readonly claims: ReadonlyMap<string, string>;
}

/** One thing that exactly one document of a bundle may manage. */
export type Claim =
  | { readonly kind: 'role'; readonly name: string }
  | { readonly kind: 'schema_owner' | 'schema_bindings'; readonly name: string }
  | { readonly kind: 'grant'; readonly role: string; readonly object: ObjectSelector }
  | {
      readonly kind: 'default_privilege';
      readonly owner: string;
      readonly schema: string | null;
      readonly on: DefaultObjectType;
      readonly grantee: string;
    }
  | { readonly kind: 'membership'; readonly role: string; readonly member: string }
  | { readonly kind: 'row_security'; readonly schema: string; readonly table: string };

/** Key of a claim in {@link ManagedScope.claims}. */
export function claimKey(claim: Claim): string {
  return claimParts(claim).join('\0');
}

function claimParts(claim: Claim): readonly string[] {
  switch (claim.kind) {
    case 'role':
    case 'schema_owner':
    case 'schema_bindings':
      return [claim.kind, claim.name];
    case 'grant':
      return [claim.kind, claim.role, objectKey(claim.object)];
    case 'default_privilege':
      return [claim.kind, defaultKey(claim), claim.grantee];
    case 'membership':
      return [claim.kind, claim.role, claim.member];
    case 'row_security':
      return [claim.kind, claim.schema, claim.table];
    default:
      return assertNever(claim);
  }
}
