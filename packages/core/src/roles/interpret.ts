import { assertNever } from '../errors.js';
import { sameLevels } from './acl.js';
import { CHANGE_KINDS, type Change, type ChangeOf } from './changes.js';
import { revokedFromColumns } from './diff-objects.js';
import {
  type Acl,
  type DefaultState,
  defaultKey,
  type MembershipState,
  type ObjectState,
  objectKey,
  type RoleGraph,
  type RoleState,
  type RowSecurityState,
  type ServerFacts,
} from './graph.js';
import { changedAcl, onColumns, withColumns, withoutGrantee } from './interpret-acl.js';
import { defaultGrantor, type Members, withGrant, withoutGrant } from './members.js';
import type { ObjectRef } from './objects.js';
import { type HasPrivilegesOf, privilegesIn } from './powers.js';
import { bare } from './row-security.js';
import { newParameter, newSchema, untouched, withOwner } from './wanted-objects.js';
import { inheriting, withoutGrantors } from './wanted-roles.js';

/**
 * What a graph is after changes, as PostgreSQL runs them: the promise that `diff` relies on and that the tests hold
 * against real servers. Only what is in the graph changes.
 */
export function interpret(changes: Iterable<Change>, graph: RoleGraph, facts: ServerFacts): RoleGraph {
  const after = new Interpreter(graph, facts);
  for (const change of changes) after.run(change);
  return after.graph();
}

class Interpreter {
  readonly #roles: Map<string, RoleState>;
  readonly #memberships: Map<string, Members>;
  readonly #objects: Map<string, ObjectState>;
  readonly #defaults: Map<string, DefaultState>;
  readonly #rowSecurity: Map<string, RowSecurityState>;

  #powers: HasPrivilegesOf | undefined;

  constructor(
    graph: RoleGraph,
    readonly facts: ServerFacts,
  ) {
    this.#roles = new Map(graph.roles);
    this.#memberships = new Map(graph.memberships);
    this.#objects = new Map(graph.objects);
    this.#defaults = new Map(graph.defaults);
    this.#rowSecurity = new Map(graph.rowSecurity);
  }

  graph(): RoleGraph {
    return {
      roles: this.#roles,
      memberships: this.#memberships,
      objects: this.#objects,
      defaults: this.#defaults,
      rowSecurity: this.#rowSecurity,
    };
  }

  /** Asked for by the rights that change, forgotten when roles or memberships do. */
  #hasPrivilegesOf(): HasPrivilegesOf {
    this.#powers ??= privilegesIn({ roles: this.#roles, memberships: this.#memberships });
    return this.#powers;
  }

  run(change: Change): void {
    const { category } = CHANGE_KINDS[change.kind];
    if (category === 'role' || category === 'membership') this.#powers = undefined;
    switch (change.kind) {
      case 'create_role':
        this.#createRole(change);
        break;
      case 'alter_role':
        this.#alterRole(change.role, change.attributes);
        break;
      case 'set_comment':
        this.#alterRole(change.role, { comment: change.comment });
        break;
      case 'set_config':
        this.#setConfig(change);
        break;
      case 'grant_membership':
      case 'revoke_membership':
        this.#changeMembership(change);
        break;
      case 'create_schema':
        this.#createSchema(change);
        break;
      case 'alter_schema_owner':
        this.#change({ type: 'schema', name: change.schema }, (state) => withOwner(state, change.to));
        break;
      case 'grant':
      case 'revoke':
        this.#changeRights(change);
        break;
      case 'grant_default':
      case 'revoke_default':
        this.#changeDefault(change);
        break;
      case 'set_row_security':
      case 'create_policy':
      case 'drop_policy':
        this.#changeRowSecurity(change);
        break;
      case 'reassign_owned':
        this.#reassign(change.role, change.to);
        break;
      case 'drop_owned':
        this.#dropOwned(change.role);
        break;
      case 'drop_role':
        this.#dropRole(change.role);
        break;
      case 'terminate_sessions':
      case 'set_password':
        break;
      default:
        assertNever(change);
    }
  }

  #createSchema({ schema: name, owner }: ChangeOf<'create_schema'>): void {
    const schema = newSchema(name, owner ?? this.facts.currentUser, this.#defaults, this.facts.major);
    this.#objects.set(objectKey(schema.ref), schema);
  }

  #createRole({ role, attributes }: ChangeOf<'create_role'>): void {
    const empty = {
      comment: null,
      config: new Map<string, string>(),
      databaseConfig: new Map<string, string>(),
    };
    this.#roles.set(role, { name: role, ...attributes, ...empty });
    const { major, isSuperuser, currentUser, bootstrapUser } = this.facts;
    // PostgreSQL 16 lets a CREATEROLE user administer what it made.
    if (major < 16 || isSuperuser) return;
    const grant = { grantor: bootstrapUser, admin: true, inherit: false, set: false };
    this.#memberships.set(role, withGrant(new Map(), currentUser, grant, major));
  }

  #alterRole(name: string, attributes: Partial<RoleState>): void {
    const role = this.#roles.get(name);
    if (!role) return;
    this.#roles.set(name, { ...role, ...attributes });
    if (this.facts.major >= 16 || attributes.inherit === undefined) return;
    for (const [group, members] of this.#memberships) {
      if (members.has(name)) this.#memberships.set(group, inheriting(members, this.#roles));
    }
  }

  #setConfig({ role, setting, value, inDatabase }: ChangeOf<'set_config'>): void {
    const which = inDatabase ? 'databaseConfig' : 'config';
    const config = new Map(this.#roles.get(role)?.[which]);
    if (value === null) config.delete(setting);
    else config.set(setting, value);
    this.#alterRole(role, { [which]: config });
  }

  #changeMembership(change: ChangeOf<'grant_membership' | 'revoke_membership'>): void {
    const { group, member } = change;
    const before: Members = this.#memberships.get(group) ?? new Map<string, MembershipState>();
    const { major } = this.facts;
    if (change.kind === 'revoke_membership') {
      this.#setMembers(group, withoutGrant(before, member, change.grantor, change.option, major));
      return;
    }
    const grantor = change.grantedBy ?? defaultGrantor(this.facts);
    const { admin, set } = change;
    const inherit = major < 16 ? (this.#roles.get(member)?.inherit ?? true) : change.inherit;
    this.#setMembers(group, withGrant(before, member, { grantor, admin, inherit, set }, major));
  }

  #setMembers(group: string, members: Members): void {
    if (members.size > 0) this.#memberships.set(group, members);
    else this.#memberships.delete(group);
  }

  #change(ref: ObjectRef, change: (state: ObjectState) => ObjectState): void {
    const key = objectKey(ref);
    const parameter = ref.type === 'parameter' ? newParameter(ref, this.facts) : undefined;
    const state = this.#objects.get(key) ?? parameter;
    if (state) this.#objects.set(key, change(state));
  }

  #changeRights(change: ChangeOf<'grant' | 'revoke'>): void {
    const { columns } = change;
    const answers = new Map<Acl, Map<string, Acl>>();
    for (const ref of change.objects) {
      this.#change(ref, (state) => {
        const owner = state.owner ?? this.facts.bootstrapUser;
        if (columns)
          return onColumns(state, columns, (acl) => changedAcl(change, acl, owner, this.#hasPrivilegesOf()));
        const byOwner = answers.get(state.acl) ?? new Map<string, Acl>();
        answers.set(state.acl, byOwner);
        const acl = byOwner.get(owner) ?? changedAcl(change, state.acl, owner, this.#hasPrivilegesOf());
        byOwner.set(owner, acl);
        if (change.kind === 'grant' || !state.columns) return { ...state, acl };
        return withColumns(
          { ...state, acl },
          revokedFromColumns(state.columns, owner, change, this.#hasPrivilegesOf()),
        );
      });
    }
  }

  #changeDefault(change: ChangeOf<'grant_default' | 'revoke_default'>): void {
    const key = defaultKey(change);
    const normal = untouched(change, this.facts.major);
    const before = this.#defaults.get(key) ?? {
      owner: change.owner,
      schema: change.schema,
      on: change.on,
      acl: normal.acl,
    };
    const acl = changedAcl(change, before.acl, change.owner, this.#hasPrivilegesOf());
    if (sameLevels(acl, normal.acl)) this.#defaults.delete(key);
    else this.#defaults.set(key, { ...before, acl });
  }

  #changeRowSecurity(change: ChangeOf<'set_row_security' | 'create_policy' | 'drop_policy'>): void {
    const key = objectKey(change.table);
    const before = this.#rowSecurity.get(key) ?? bare(change.table);
    const policies = new Map(before.policies);
    if (change.kind === 'create_policy') policies.set(change.policy.name, change.policy);
    if (change.kind === 'drop_policy') policies.delete(change.policy);
    const { enabled = before.enabled, forced = before.forced } =
      change.kind === 'set_row_security' ? change : {};
    if (enabled || forced || policies.size > 0) {
      this.#rowSecurity.set(key, { table: change.table, enabled, forced, policies });
    } else {
      this.#rowSecurity.delete(key);
    }
  }

  #reassign(role: string, to: string): void {
    for (const [key, state] of this.#objects) {
      if (state.owner === role) this.#objects.set(key, withOwner(state, to));
    }
  }

  /** What it owns goes, and so do its rights and its default privileges. */
  #dropOwned(role: string): void {
    for (const [key, state] of this.#objects) {
      if (state.owner === role && state.ref.type !== 'database' && state.ref.type !== 'tablespace') {
        this.#objects.delete(key);
        continue;
      }
      const owner = state.owner ?? this.facts.bootstrapUser;
      const acl = withoutGrantee(state.acl, owner, role, this.#hasPrivilegesOf());
      const left =
        state.columns &&
        [...state.columns].map(
          ([name, list]) => [name, withoutGrantee(list, owner, role, this.#hasPrivilegesOf())] as const,
        );
      const isSame =
        acl === state.acl && (left ?? []).every(([name, list]) => list === state.columns?.get(name));
      if (!isSame) this.#objects.set(key, withColumns({ ...state, acl }, new Map(left)));
    }
    for (const [key, state] of this.#defaults) {
      const acl = withoutGrantee(state.acl, state.owner, role, this.#hasPrivilegesOf());
      const isEmpty = sameLevels(acl, untouched(state, this.facts.major).acl);
      if (state.owner === role || isEmpty) this.#defaults.delete(key);
      else if (acl !== state.acl) this.#defaults.set(key, { ...state, acl });
    }
  }

  #dropRole(role: string): void {
    this.#roles.delete(role);
    this.#memberships.delete(role);
    for (const [group, members] of this.#memberships) {
      const left = members.has(role) ? new Map([...members].filter(([member]) => member !== role)) : members;
      this.#setMembers(group, this.facts.major < 16 ? withoutGrantors(left, this.#roles, this.facts) : left);
    }
  }
}
