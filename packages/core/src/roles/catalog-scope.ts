import type { InspectionScope } from './catalog.js';
import type { Desired } from './desired.js';
import { type ObjectType, SCHEMA_OBJECT_TYPES } from './objects.js';

const IN_SCHEMAS: ReadonlySet<ObjectType> = new Set(SCHEMA_OBJECT_TYPES);

/** True for types whose objects are in a schema. */
export function isInSchema(type: ObjectType): boolean {
  return IN_SCHEMAS.has(type);
}

/** What has to be read to compare a database with what is desired. */
export function inspectionScope(desired: Desired): InspectionScope {
  const schemas = new Set<string>();
  const others = new Map<ObjectType, Set<string>>();
  // Documents of a bundle need no scope for the database: what their roles may do there is always looked at.
  let database = desired.scope !== null && desired.roles.size > 0;
  for (const { object } of desired.grants) {
    if (object.schema !== undefined) schemas.add(object.schema);
    else if (object.type === 'schema') schemas.add(object.name);
    else if (object.type === 'database') database = true;
    else others.set(object.type, (others.get(object.type) ?? new Set()).add(object.name));
  }
  for (const { schema } of desired.defaults) if (schema !== null) schemas.add(schema);
  const schemaOwners = new Set<string>();
  for (const name of desired.schemas.keys()) {
    const facets = desired.scope?.schemas.get(name);
    if (desired.scope && !facets?.bindings) schemaOwners.add(name);
    else schemas.add(name);
  }
  for (const { table } of desired.rowSecurity) if (table.schema !== undefined) schemas.add(table.schema);
  return {
    schemas,
    schemaOwners: new Set([...schemaOwners].filter((name) => !schemas.has(name))),
    leavers: desired.manageAllRoles ? null : new Set(desired.retirements.map(({ role }) => role)),
    database,
    others,
    rowSecurity: new Set(desired.rowSecurity.map(({ table }) => `${table.schema ?? ''}\0${table.name}`)),
  };
}

/** Everything: what `generate` and `inspect` without a manifest read. */
export const WHOLE_DATABASE: InspectionScope = {
  schemas: null,
  schemaOwners: new Set(),
  leavers: new Set(),
  database: true,
  others: new Map<ObjectType, null>([
    ['language', null],
    ['foreign_server', null],
    ['foreign_data_wrapper', null],
    ['tablespace', null],
    ['large_object', null],
    ['parameter', null],
  ]),
  rowSecurity: null,
};
