import type { Acl, Change, ObjectRef, RoleGraph, RoleState, ServerFacts } from '@postern/core/roles';
import { objectKey } from '@postern/core/roles';

/** Where the plan runs, and what matters here only. */
export interface RightsFacts extends ServerFacts {
  /** `createrole_self_grant` of 16: whoever creates a role becomes a member, not just its administrator. */
  readonly grantsItselfNewRoles: boolean;
  /** CREATE on the connected database. */
  readonly mayCreateSchemas: boolean;
}

const PROVIDERS: Readonly<Record<NonNullable<ServerFacts['provider']>, { name: string; admin: string }>> = {
  rds: { name: 'Amazon RDS', admin: 'rds_superuser' },
  aurora: { name: 'Amazon Aurora', admin: 'rds_superuser' },
  cloud_sql: { name: 'Cloud SQL', admin: 'cloudsqlsuperuser' },
  alloydb: { name: 'AlloyDB', admin: 'alloydbsuperuser' },
  azure: { name: 'Azure Database', admin: 'azure_pg_admin' },
};

/** Name of the managed service, where there is one. */
export const providerName = (facts: ServerFacts): string | null =>
  facts.provider === null ? null : PROVIDERS[facts.provider].name;

/** What the connected role has, now and through what the plan makes. */
export class Rights {
  readonly me: RoleState | undefined;
  /** Roles whose rights it uses once memberships are as wanted, itself included. */
  readonly held: Set<string>;
  /** Roles that it may become (SET ROLE), as a new owner has to be: memberships with SET. */
  readonly settable: Set<string>;
  /** The same as `held`, before. */
  readonly heldAtFirst: ReadonlySet<string>;
  readonly #administered: ReadonlySet<string>;
  readonly #made = new Set<string>();
  readonly #transferred = new Map<string, string>();

  constructor(
    changes: readonly Change[],
    readonly current: RoleGraph,
    wanted: RoleGraph,
    readonly facts: RightsFacts,
  ) {
    this.me = current.roles.get(facts.currentUser);
    // Roles that are to be dropped keep their members until then.
    const leaving = [...current.memberships].filter(([group]) => !wanted.roles.has(group));
    const after = new Map([...wanted.memberships, ...leaving]);
    this.heldAtFirst = heldRoles(current.memberships, facts.currentUser);
    this.held = heldRoles(after, facts.currentUser);
    this.settable = heldRoles(after, facts.currentUser, 'set');
    const before = administeredBy(this.heldAtFirst, current.memberships);
    const then = administeredBy(this.held, after);
    this.#administered = new Set([...before].filter((group) => then.has(group)));
    for (const change of changes) {
      if (change.kind === 'create_role') {
        this.#made.add(change.role);
        if (facts.grantsItselfNewRoles) {
          this.held.add(change.role);
          this.settable.add(change.role);
        }
      }
      if (change.kind === 'alter_schema_owner') this.#transferred.set(change.schema, change.to);
      if (change.kind === 'create_schema') this.#made.add(`schema ${change.schema}`);
    }
  }

  get provider(): (typeof PROVIDERS)[keyof typeof PROVIDERS] | null {
    return this.facts.provider === null ? null : PROVIDERS[this.facts.provider];
  }

  /** Whoever creates a role has ADMIN on it since 16; before, CREATEROLE is about all roles but superusers. */
  mayAdminister(role: string): boolean {
    if (this.#made.has(role) || this.#administered.has(role)) return true;
    return this.facts.major < 16 && this.me?.createrole === true && !this.current.roles.get(role)?.superuser;
  }

  owns(ref: ObjectRef): boolean {
    const owner = this.current.objects.get(objectKey(ref))?.owner;
    return owner === undefined ? this.#made.has(`schema ${ref.name}`) : this.held.has(owner);
  }

  /** A grant option is enough. */
  mayGrant(ref: ObjectRef, privileges: number): boolean {
    if (this.owns(ref)) return true;
    let grantable = 0;
    for (const entry of this.#aclOf(ref)) if (this.held.has(entry.grantee)) grantable |= entry.grantable;
    return (privileges & ~grantable) === 0;
  }

  /**
   * PostgreSQL acts for the first role it comes across that has the grant option (acl.c, select_best_grantor), the owner
   * or another: a REVOKE takes away only what that one granted, and says nothing about the rest.
   */
  mayRevoke(ref: ObjectRef, privileges: number, grantee: string): boolean {
    const owner = this.#ownerOf(ref);
    if (owner === this.facts.currentUser || (owner === undefined && this.owns(ref))) return true;
    const able = new Set(this.rivals(ref, privileges));
    if (owner !== undefined && this.held.has(owner)) able.add(owner);
    const [grantor, ...others] = able;
    if (grantor === undefined || others.length > 0) return false;
    if (grantor === owner) return true;
    return this.#aclOf(ref).every(
      (entry) => entry.grantee !== grantee || !(entry.privileges & privileges) || entry.grantor === grantor,
    );
  }

  /** Roles besides the owner that it could grant in the name of. */
  rivals(ref: ObjectRef, privileges: number): string[] {
    const owner = this.#ownerOf(ref);
    const able = this.#aclOf(ref).filter(
      (entry) => entry.grantee !== owner && this.held.has(entry.grantee) && entry.grantable & privileges,
    );
    return [...new Set(able.map((entry) => entry.grantee))];
  }

  /** Schemas change hands before their rights do. */
  #ownerOf(ref: ObjectRef): string | undefined {
    const moved = ref.type === 'schema' ? this.#transferred.get(ref.name) : undefined;
    return moved ?? this.current.objects.get(objectKey(ref))?.owner;
  }

  #aclOf(ref: ObjectRef): Acl {
    const object = this.current.objects.get(objectKey(ref));
    // For rights on columns PostgreSQL looks at both (aclchk.c, ExecGrant_Attribute).
    return [...(object?.acl ?? []), ...[...(object?.columns?.values() ?? [])].flat()];
  }
}

type Memberships = RoleGraph['memberships'];

function heldRoles(memberships: Memberships, start: string, by: 'inherit' | 'set' = 'inherit'): Set<string> {
  const held = new Set([start]);
  for (const role of held)
    for (const [group, members] of memberships) if (members.get(role)?.[by]) held.add(group);
  return held;
}

function administeredBy(held: ReadonlySet<string>, memberships: Memberships): Set<string> {
  const groups = [...memberships].filter(([, members]) => [...held].some((role) => members.get(role)?.admin));
  return new Set(groups.map(([group]) => group));
}
