import { isSchemaObjectType } from './check-objects.js';
import { bindsProfiles } from './claims.js';
import type { ReadDocument } from './document.js';
import type { Expanded } from './expand.js';
import type { BundleSource, Manifest } from './manifest.js';
import { type Place, type Problem, problem } from './problem.js';

/** One document of a bundle, read. */
export interface BundleDocument {
  readonly label: string;
  readonly source: BundleSource;
  /** The document as a manifest of its own, with the shared profiles. */
  readonly manifest: Manifest;
  readonly at: ReadDocument['at'];
  readonly claims: Expanded['claims'];
}

/** What a document of a bundle manages although its `scope` does not say so. */
export function scopeProblems({ label, source, at }: BundleDocument): Problem[] {
  const roles = new Set(source.scope.roles);
  const problems: Problem[] = [];
  const outside = (place: Place, what: string, fix: string) =>
    problems.push(problem(place, 'bundle.out_of_scope', `${what} is outside the scope of \`${label}\``, fix));
  const has = (schema: string, facet: 'owner' | 'bindings') =>
    source.scope.schemas.some(({ name, facets }) => name === schema && facets.includes(facet));
  const needRole = (role: string, place: Place) => {
    if (!roles.has(role)) outside(place, `role \`${role}\``, `add \`${role}\` to \`scope.roles\``);
  };
  const needFacet = (schema: string, facet: 'owner' | 'bindings', place: Place, what: string) => {
    if (has(schema, facet)) return;
    const fix = `add schema \`${schema}\` with facet \`${facet}\` to \`scope.schemas\``;
    outside(place, `${what} schema \`${schema}\``, fix);
  };
  for (const [index, role] of source.roles.entries()) {
    if (!role.external) needRole(role.name, at(['roles', index, 'name']));
  }
  for (const [index, { role }] of source.retirements.entries())
    needRole(role, at(['retirements', index, 'role']));
  for (const [index, schema] of source.schemas.entries()) {
    const place = at(['schemas', index, 'name']);
    const binds = bindsProfiles(schema);
    if (binds) needFacet(schema.name, 'bindings', place, 'what is granted in');
    if (schema.owner !== undefined || !binds) needFacet(schema.name, 'owner', place, 'the owner of');
  }
  for (const [index, { object }] of source.grants.entries()) {
    const schema = object.type === 'schema' ? (object.name ?? object.schema) : object.schema;
    if (schema === undefined || !(object.type === 'schema' || isSchemaObjectType(object.type))) continue;
    needFacet(schema, 'bindings', at(['grants', index]), 'what is granted in');
  }
  for (const [index, { owner, schema, scope }] of source.default_privileges.entries()) {
    const place = at(['default_privileges', index]);
    const bound = schema ?? scope?.schema;
    if (bound !== undefined) needFacet(bound, 'bindings', place, 'what is granted in');
    else if (owner !== undefined) needRole(owner, place);
  }
  for (const [index, { schema }] of source.row_security.entries()) {
    needFacet(schema, 'bindings', at(['row_security', index]), 'row level security in');
  }
  return problems;
}
