import { allDefaultPrivileges, defaultAcl, defaultAclOf, sameLevels, withNewOwner } from './acl.js';
import type { InspectionScope } from './catalog.js';
import { inspectionScope, isInSchema } from './catalog-scope.js';
import type { Desired } from './desired.js';
import {
  type Acl,
  type DefaultState,
  defaultKey,
  type ObjectState,
  objectKey,
  type RoleGraph,
  type RoleState,
  type ServerFacts,
} from './graph.js';
import type { ObjectRef } from './objects.js';
import { maskOf } from './privileges.js';
import { quoteIdent, quoteObject } from './quote.js';
import { defaultRules, GrantIndex, NO_RULES, type Rules } from './rules.js';
import type { AclQuestion, WantedAcls } from './wanted-acl.js';

const OWNER_OF_SCHEMA = maskOf(['CREATE', 'USAGE']);
const EMPTY: Acl = [];

/** The objects that are wanted: those that there are, with the owners and rights that are wanted. */
export function wantedObjects(
  desired: Desired,
  current: RoleGraph,
  acls: WantedAcls,
): Map<string, ObjectState> {
  const scope = inspectionScope(desired);
  const index = new GrantIndex(desired.grants, acls.policy.facts.major);
  const objects = new Map(current.objects);
  for (const state of missingSchemas(desired, current, acls)) objects.set(objectKey(state.ref), state);
  for (const state of namedParameters(desired, current, acls)) objects.set(objectKey(state.ref), state);
  for (const [key, state] of objects) {
    const wanted = wantedObject(state, { desired, scope, index, acls });
    if (wanted !== state) objects.set(key, wanted);
  }
  return objects;
}

/** Schemas that are to be made, as CREATE SCHEMA makes them. */
export function newSchema(
  name: string,
  owner: string,
  defaults: RoleGraph['defaults'],
  major: number,
): ObjectState {
  const altered = defaults.get(defaultKey({ owner, schema: null, on: 'schema' }));
  return { ref: { type: 'schema', name }, owner, acl: altered?.acl ?? defaultAcl('schema', owner, major) };
}

function missingSchemas(desired: Desired, current: RoleGraph, { policy }: WantedAcls): ObjectState[] {
  const { currentUser, major } = policy.facts;
  return [...desired.schemas.values()]
    .filter(({ name }) => !current.objects.has(objectKey({ type: 'schema', name })))
    .map(({ name, owner }) => newSchema(name, owner ?? currentUser, current.defaults, major));
}

function namedParameters(desired: Desired, current: RoleGraph, { policy }: WantedAcls): ObjectState[] {
  return desired.grants
    .filter(({ object }) => object.type === 'parameter')
    .map(({ object }): ObjectRef => ({ type: 'parameter', name: object.name }))
    .filter((ref) => !current.objects.has(objectKey(ref)))
    .map((ref) => newParameter(ref, policy.facts));
}

/** A parameter that nobody was granted anything on: the server has no row of it. */
export function newParameter(ref: ObjectRef, { bootstrapUser, major }: ServerFacts): ObjectState {
  return { ref, acl: defaultAcl('parameter', bootstrapUser, major) };
}

interface ObjectContext {
  readonly desired: Desired;
  readonly scope: InspectionScope;
  readonly index: GrantIndex;
  readonly acls: WantedAcls;
}

function wantedObject(state: ObjectState, context: ObjectContext): ObjectState {
  const { desired, scope, index, acls } = context;
  const { ref } = state;
  const schema = ref.type === 'schema' ? desired.schemas.get(ref.name) : undefined;
  const mayMove = acls.policy.mode.changesExisting && schema?.owner;
  const moved = mayMove && state.owner !== mayMove ? withOwner(state, mayMove) : state;
  if (!isInScope(ref, scope, acls)) return moved;
  const owner = moved.owner ?? acls.policy.facts.bootstrapUser;
  const ownerNeeds = schema?.owner === owner ? OWNER_OF_SCHEMA : 0;
  const rules = index.of(ref);
  // A bundle looks at the database for the sake of its own roles.
  const keepsUndeclared = ref.type === 'database' && desired.scope !== null && rules === NO_RULES;
  const isForGuards = desired.guards !== undefined && !isInScope(ref, desired.guards.manifest, acls);
  const question = { acl: moved.acl, rules, owner, type: ref.type, ownerNeeds, keepsUndeclared, isForGuards };
  const acl = acls.of(question, quoteObject(ref));
  const columns = wantedColumns(moved, index.columnsOf(ref), { owner, isForGuards }, acls);
  if (acl === moved.acl && columns === moved.columns) return moved;
  const { columns: _, ...whole } = moved;
  return { ...whole, acl, ...(columns && { columns }) };
}

/** The same object in other hands. */
export function withOwner(state: ObjectState, owner: string): ObjectState {
  const from = state.owner;
  if (from === undefined || from === owner) return state;
  const move = (acl: Acl) => withNewOwner(acl, from, owner);
  return {
    ...state,
    owner,
    acl: move(state.acl),
    ...(state.columns && { columns: new Map([...state.columns].map(([name, acl]) => [name, move(acl)])) }),
  };
}

function isInScope(ref: ObjectRef, scope: InspectionScope, acls: WantedAcls): boolean {
  if (isInSchema(ref.type)) return scope.schemas?.has(ref.schema ?? '') ?? true;
  if (ref.type === 'schema') return scope.schemas?.has(ref.name) ?? true;
  if (ref.type === 'database') {
    return ref.name === acls.policy.facts.database && scope.database;
  }
  return scope.others.get(ref.type)?.has(ref.name) ?? false;
}

function wantedColumns(
  state: ObjectState,
  rules: ReadonlyMap<string, Rules> | undefined,
  of: Pick<AclQuestion, 'owner' | 'isForGuards'>,
  acls: WantedAcls,
): ObjectState['columns'] {
  if (!rules && !state.columns) return undefined;
  const columns = new Map<string, Acl>();
  let isSame = true;
  for (const name of new Set([...(state.columns?.keys() ?? []), ...(rules?.keys() ?? [])])) {
    const before = state.columns?.get(name) ?? EMPTY;
    const acl = acls.of(
      { ...of, acl: before, rules: rules?.get(name) ?? NO_RULES },
      `${quoteObject(state.ref)} (${quoteIdent(name)})`,
    );
    if (acl !== before) isSame = false;
    if (acl.length > 0) columns.set(name, acl);
  }
  if (isSame) return state.columns;
  return columns.size > 0 ? columns : undefined;
}

/** The default privileges that are wanted: of schemas in scope, and global ones that the manifest names. */
export function wantedDefaults(
  desired: Desired,
  current: RoleGraph,
  roles: ReadonlyMap<string, RoleState>,
  acls: WantedAcls,
): Map<string, DefaultState> {
  const { facts, mode } = acls.policy;
  const { schemas } = inspectionScope(desired);
  const rulesOf = defaultRules(desired.defaults, (on) => allDefaultPrivileges(on, facts.major));
  const states = new Map(current.defaults);
  for (const { owner, schema, on } of desired.defaults) {
    const key = defaultKey({ owner, schema, on });
    if (!states.has(key)) states.set(key, untouched({ owner, schema, on }, facts.major));
  }
  const wanted = new Map<string, DefaultState>();
  for (const [key, state] of states) {
    const rules = rulesOf.get(key) ?? NO_RULES;
    const isOurs = state.schema === null ? rulesOf.has(key) : (schemas?.has(state.schema) ?? true);
    if (!roles.has(state.owner)) continue;
    const isIdle = !isOurs || isOfUnmovedOwner(state, desired, current, mode.changesExisting);
    const type = state.schema === null ? TYPE_OF_DEFAULT[state.on] : undefined;
    const isForGuards =
      state.schema !== null && desired.guards?.manifest.schemas?.has(state.schema) === false;
    const question = { acl: state.acl, rules, owner: state.owner, ...(type && { type }), isForGuards };
    const acl = isIdle ? state.acl : acls.of(question, `default privileges of ${quoteIdent(state.owner)}`);
    if (!sameLevels(acl, untouched(state, facts.major).acl)) {
      wanted.set(key, acl === state.acl ? state : { ...state, acl });
    }
  }
  return wanted;
}

const TYPE_OF_DEFAULT = {
  table: 'table',
  sequence: 'sequence',
  function: 'function',
  type: 'type',
  schema: 'schema',
  large_object: 'large_object',
} as const;

/** Default privileges that nobody has altered. */
export function untouched(key: Pick<DefaultState, 'owner' | 'schema' | 'on'>, major: number): DefaultState {
  return { ...key, acl: key.schema === null ? defaultAclOf(key.on, key.owner, major) : EMPTY };
}

/** A schema that stays with its owner needs no default privileges of the owner that it was to get. */
function isOfUnmovedOwner(
  state: DefaultState,
  desired: Desired,
  current: RoleGraph,
  mayMove: boolean,
): boolean {
  if (mayMove || state.schema === null) return false;
  const schema = current.objects.get(objectKey({ type: 'schema', name: state.schema }));
  const wanted = desired.schemas.get(state.schema)?.owner;
  return schema !== undefined && wanted === state.owner && schema.owner !== wanted;
}
