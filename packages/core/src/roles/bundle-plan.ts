import { assertNever } from '../errors.js';
import { CHANGE_KINDS, type Change, type ChangeCategory } from './changes.js';
import { type Claim, claimKey, type ManagedScope } from './desired.js';

/** A change, and which document of a bundle asks for it. */
export interface OwnedChange {
  readonly category: ChangeCategory;
  /** null: no document may manage this; a plan with such a change must not run. */
  readonly owner: { readonly document: string; readonly managed_key: Claim } | null;
  readonly change: Change;
}

/** What `diff --bundle --format json` prints. */
export interface BundlePlan {
  readonly schema_version: 'postern.bundle_plan.v1';
  readonly managed_scope: {
    readonly roles: readonly string[];
    readonly schemas: readonly {
      readonly name: string;
      readonly owner: boolean;
      readonly bindings: boolean;
    }[];
  };
  readonly changes: readonly OwnedChange[];
}

/** Every change with its document. */
export function bundlePlan(changes: readonly Change[], scope: ManagedScope): BundlePlan {
  const schemas = [...scope.schemas].map(([name, facets]) => ({ name, ...facets }));
  return {
    schema_version: 'postern.bundle_plan.v1',
    managed_scope: {
      roles: [...scope.roles].sort(),
      schemas: schemas.sort((a, b) => (a.name < b.name ? -1 : 1)),
    },
    changes: changes.map((change) => ({
      category: CHANGE_KINDS[change.kind].category,
      owner: ownerOf(change, scope),
      change,
    })),
  };
}

/** Changes that no document may ask for. There are none unless Postern has a bug: it refuses to run them. */
export function outOfScope(changes: readonly Change[], scope: ManagedScope): Change[] {
  return changes.filter((change) => ownerOf(change, scope) === null);
}

function ownerOf(change: Change, scope: ManagedScope): OwnedChange['owner'] {
  for (const claim of claimsOf(change)) {
    const document = scope.claims.get(claimKey(claim));
    if (document !== undefined) return { document, managed_key: claim };
  }
  return null;
}

/** Under what a change may be claimed, the nearest first. */
function claimsOf(change: Change): Claim[] {
  const role = (name: string): Claim => ({ kind: 'role', name });
  switch (change.kind) {
    case 'create_role':
    case 'alter_role':
    case 'set_password':
    case 'set_comment':
    case 'set_config':
    case 'terminate_sessions':
    case 'reassign_owned':
    case 'drop_owned':
    case 'drop_role':
      return [role(change.role)];
    case 'grant_membership':
    case 'revoke_membership':
      return [
        { kind: 'membership', role: change.group, member: change.member },
        role(change.group),
        role(change.member),
      ];
    case 'create_schema':
    case 'alter_schema_owner':
      return [{ kind: 'schema_owner', name: change.schema }];
    case 'grant':
    case 'revoke':
      return objectClaims(change);
    case 'grant_default':
    case 'revoke_default': {
      const { owner, schema, on, grantee } = change;
      const own: Claim = { kind: 'default_privilege', owner, schema, on, grantee };
      // Those of a role that is retired go wherever they are.
      return schema === null
        ? [own, role(owner)]
        : [own, { kind: 'schema_bindings', name: schema }, role(owner)];
    }
    case 'set_row_security':
    case 'create_policy':
    case 'drop_policy': {
      const { schema = '', name } = change.table;
      return [{ kind: 'row_security', schema, table: name }];
    }
    default:
      return assertNever(change);
  }
}

/** Objects of one change are of one type and schema: whoever grants there decides about all of them. */
function objectClaims({ grantee, objects }: Extract<Change, { kind: 'grant' | 'revoke' }>): Claim[] {
  const object = objects[0];
  if (!object) return [];
  const schema = object.type === 'schema' ? object.name : object.schema;
  if (schema !== undefined) {
    // Its owner's own CREATE and USAGE come with the ownership.
    const owned: Claim[] = object.type === 'schema' ? [{ kind: 'schema_owner', name: schema }] : [];
    return [{ kind: 'schema_bindings', name: schema }, ...owned];
  }
  return [
    { kind: 'grant', role: grantee, object },
    { kind: 'role', name: grantee },
  ];
}
