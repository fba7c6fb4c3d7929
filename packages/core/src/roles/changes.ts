import type { DefaultObjectType, MembershipOptions, RoleState, RowPolicy } from './graph.js';
import type { ObjectRef, ObjectType, PrivilegeMask } from './objects.js';

/** What a role has besides its name; what CREATE ROLE and ALTER ROLE write. */
export type RoleAttributes = Pick<
  RoleState,
  | 'login'
  | 'superuser'
  | 'createdb'
  | 'createrole'
  | 'inherit'
  | 'replication'
  | 'bypassrls'
  | 'connectionLimit'
  | 'validUntil'
>;

/** Privileges to or from one grantee. */
interface Privileges {
  readonly grantee: string;
  readonly privileges: PrivilegeMask;
}
/** Objects of one type, in one schema where there are schemas. */
interface OnObjects extends Privileges {
  readonly type: ObjectType;
  readonly objects: readonly ObjectRef[];
  /** Rights on these columns only (one object then). */
  readonly columns?: readonly string[];
}
interface OnDefault extends Privileges {
  readonly owner: string;
  /** null: global. */
  readonly schema: string | null;
  readonly on: DefaultObjectType;
}
interface Granting {
  /** WITH GRANT OPTION */
  readonly grantable: boolean;
}
interface Revoking {
  /** GRANT OPTION FOR: only the option goes. */
  readonly optionOnly: boolean;
}
interface OfMembership {
  readonly group: string;
  readonly member: string;
}

/** Everything that a plan can do. Plain data; no secret is ever in it. */
export type Change =
  | { readonly kind: 'create_role'; readonly role: string; readonly attributes: RoleAttributes }
  | { readonly kind: 'alter_role'; readonly role: string; readonly attributes: Partial<RoleAttributes> }
  /** The password comes from outside: the verifier is given to `render`. */
  | { readonly kind: 'set_password'; readonly role: string }
  | { readonly kind: 'set_comment'; readonly role: string; readonly comment: string | null }
  | {
      readonly kind: 'set_config';
      readonly role: string;
      readonly setting: string;
      /** null: RESET */
      readonly value: string | null;
      /** IN DATABASE (the connected one). */
      readonly inDatabase: boolean;
    }
  | ({
      readonly kind: 'grant_membership';
      /** GRANTED BY; null: whoever applies. */
      readonly grantedBy: string | null;
    } & OfMembership &
      MembershipOptions)
  | ({
      readonly kind: 'revoke_membership';
      /** null: the membership itself. */
      readonly option: keyof MembershipOptions | null;
      readonly grantor: string;
      /** Others got it from this member and lose it too (CASCADE). */
      readonly cascade: boolean;
    } & OfMembership)
  | { readonly kind: 'create_schema'; readonly schema: string; readonly owner: string | null }
  | {
      readonly kind: 'alter_schema_owner';
      readonly schema: string;
      readonly from: string;
      readonly to: string;
    }
  | ({ readonly kind: 'grant' } & OnObjects & Granting)
  | ({
      readonly kind: 'revoke';
      /** Others got it from this grantee and lose it too (CASCADE). */
      readonly cascade: boolean;
    } & OnObjects &
      Revoking)
  | ({ readonly kind: 'grant_default' } & OnDefault & Granting)
  | ({ readonly kind: 'revoke_default' } & OnDefault & Revoking)
  | {
      readonly kind: 'set_row_security';
      readonly table: ObjectRef;
      /** What changes of the two. */
      readonly enabled?: boolean;
      readonly forced?: boolean;
    }
  | { readonly kind: 'create_policy'; readonly table: ObjectRef; readonly policy: RowPolicy }
  | { readonly kind: 'drop_policy'; readonly table: ObjectRef; readonly policy: string }
  | { readonly kind: 'terminate_sessions'; readonly role: string }
  | { readonly kind: 'reassign_owned'; readonly role: string; readonly to: string }
  | { readonly kind: 'drop_owned'; readonly role: string }
  | { readonly kind: 'drop_role'; readonly role: string };

export type ChangeKind = Change['kind'];
export type ChangeOf<Kind extends ChangeKind> = Extract<Change, { kind: Kind }>;

export type ChangeCategory =
  | 'role'
  | 'membership'
  | 'schema'
  | 'grant'
  | 'default_privilege'
  | 'row_security'
  | 'retirement';

/** Takes something away that a person may miss: its kind does, or it takes an attribute such as LOGIN from a role. */
export function takesAway(change: Change): boolean {
  if (CHANGE_KINDS[change.kind].destructive) return true;
  return change.kind === 'alter_role' && ROLE_POWERS.some((power) => change.attributes[power] === false);
}

/** What a role may do by an attribute of its own. */
export const ROLE_POWERS = [
  'superuser',
  'createdb',
  'createrole',
  'inherit',
  'login',
  'replication',
  'bypassrls',
] as const satisfies readonly (keyof RoleAttributes)[];

interface KindFacts {
  readonly category: ChangeCategory;
  /** Takes something away that a person may miss. */
  readonly destructive: boolean;
  /** `3 roles created` in summaries: singular, plural. */
  readonly words: readonly [one: string, many: string];
}

/** In the order in which a plan runs them. */
export const CHANGE_KINDS: Readonly<Record<ChangeKind, KindFacts>> = {
  create_role: { category: 'role', destructive: false, words: ['role to create', 'roles to create'] },
  alter_role: { category: 'role', destructive: false, words: ['role to alter', 'roles to alter'] },
  revoke_membership: {
    category: 'membership',
    destructive: true,
    words: ['membership to revoke', 'memberships to revoke'],
  },
  grant_membership: {
    category: 'membership',
    destructive: false,
    words: ['membership to grant', 'memberships to grant'],
  },
  /** Before DROP OWNED, which would take the role out of the policies that name it, or drop them. */
  drop_policy: { category: 'row_security', destructive: true, words: ['policy to drop', 'policies to drop'] },
  reassign_owned: {
    category: 'retirement',
    destructive: true,
    words: ['role whose objects move', 'roles whose objects move'],
  },
  drop_owned: {
    category: 'retirement',
    destructive: true,
    words: ['role whose objects are dropped', 'roles whose objects are dropped'],
  },
  create_schema: { category: 'schema', destructive: false, words: ['schema to create', 'schemas to create'] },
  alter_schema_owner: {
    category: 'schema',
    destructive: true,
    words: ['schema owner to change', 'schema owners to change'],
  },
  revoke: { category: 'grant', destructive: true, words: ['revoke', 'revokes'] },
  grant: { category: 'grant', destructive: false, words: ['grant', 'grants'] },
  revoke_default: {
    category: 'default_privilege',
    destructive: true,
    words: ['default privilege to revoke', 'default privileges to revoke'],
  },
  grant_default: {
    category: 'default_privilege',
    destructive: false,
    words: ['default privilege to grant', 'default privileges to grant'],
  },
  create_policy: {
    category: 'row_security',
    destructive: false,
    words: ['policy to create', 'policies to create'],
  },
  set_row_security: {
    category: 'row_security',
    destructive: true,
    words: ['table whose row level security changes', 'tables whose row level security changes'],
  },
  set_comment: { category: 'role', destructive: false, words: ['comment to set', 'comments to set'] },
  set_config: { category: 'role', destructive: false, words: ['setting to change', 'settings to change'] },
  set_password: { category: 'role', destructive: false, words: ['password to set', 'passwords to set'] },
  /** As late as can be: it is the one thing that no rollback brings back. */
  terminate_sessions: {
    category: 'retirement',
    destructive: true,
    words: ['role whose sessions end', 'roles whose sessions end'],
  },
  drop_role: { category: 'retirement', destructive: true, words: ['role to drop', 'roles to drop'] },
};

/** Whom or what a change is about: `reporting`, `ann in staff`. */
export function subjectOf(change: Change): string {
  switch (change.kind) {
    case 'grant':
    case 'revoke':
    case 'grant_default':
    case 'revoke_default':
      return change.grantee === 'public' ? 'PUBLIC' : change.grantee;
    case 'grant_membership':
    case 'revoke_membership':
      return `${change.member} in ${change.group}`;
    case 'create_schema':
    case 'alter_schema_owner':
      return change.schema;
    case 'set_row_security':
    case 'create_policy':
    case 'drop_policy':
      return `${change.table.schema}.${change.table.name}`;
    default:
      return change.role;
  }
}
