import { compare } from './acl.js';
import { isSchemaObjectType } from './check-objects.js';
import type { Desired, DesiredGrant } from './desired.js';
import { expand } from './expand.js';
import { exportManifest } from './export.js';
import type { RoleGraph, ServerFacts } from './graph.js';
import { manifestModel } from './manifest.js';
import { PUBLIC } from './objects.js';
import { privilegesOf } from './privileges.js';

/** Who reaches what, drawn: objects of a kind and schema are one target for each role. */
export interface AccessGraph {
  readonly nodes: readonly AccessNode[];
  readonly edges: readonly AccessEdge[];
}
export interface AccessNode {
  readonly id: string;
  readonly kind: 'role' | 'external_principal' | 'grant_target' | 'default_privilege_target';
  readonly label: string;
  /** Of roles. */
  readonly login?: boolean;
}
export interface AccessEdge {
  readonly kind: 'membership' | 'grant' | 'default_privilege';
  readonly from: string;
  readonly to: string;
  readonly label: string;
}

/** What a manifest wants, as a graph. What it wants absent is no access. */
export function desiredAccess(desired: Desired): AccessGraph {
  const nodes = new Map<string, AccessNode>();
  const edges: AccessEdge[] = [];
  const principal = (name: string): string => {
    const role = desired.roles.get(name);
    const label = name === PUBLIC ? 'PUBLIC' : name;
    const id = role ? `role:${name}` : `external:${label}`;
    const node: AccessNode = role
      ? { id, kind: 'role', label, login: role.login }
      : { id, kind: 'external_principal', label };
    nodes.set(id, node);
    return id;
  };
  for (const name of desired.roles.keys()) principal(name);
  for (const name of desired.externalRoles.keys()) principal(name);
  for (const { group, members } of desired.memberships.values()) {
    for (const { name, inherit, admin, set } of members.values()) {
      const options = [
        ...(inherit === false ? ['NOINHERIT'] : []),
        ...(set === false ? ['NOSET'] : []),
        ...(admin ? ['ADMIN'] : []),
      ];
      const label = ['member', ...options].join(', ');
      edges.push({ kind: 'membership', from: principal(group), to: principal(name), label });
    }
  }
  for (const { id, label, grantee, privileges } of targetsOf(desired.grants)) {
    nodes.set(id, { id, kind: 'grant_target', label });
    edges.push({
      kind: 'grant',
      from: principal(grantee),
      to: id,
      label: privilegesOf(privileges).join(', '),
    });
  }
  for (const { owner, schema, on, grantee, privileges, ensure } of desired.defaults) {
    if (ensure === 'absent') continue;
    const id = `default:${owner}:${schema ?? '*'}:${on}:${grantee === PUBLIC ? 'PUBLIC' : grantee}`;
    const label = `later ${on.replace('_', ' ')}s of ${owner}${schema === null ? '' : ` in ${schema}`}`;
    nodes.set(id, { id, kind: 'default_privilege_target', label });
    const text = privilegesOf(privileges).join(', ');
    edges.push({ kind: 'default_privilege', from: id, to: principal(grantee), label: text });
  }
  return { nodes: [...nodes.values()].sort((a, b) => compare(a.id, b.id)), edges: sortedEdges(edges) };
}

/** What a database holds, as a graph; with `roles`, only what these have and who is in or above them. */
export function currentAccess(
  graph: RoleGraph,
  facts: ServerFacts,
  roles?: ReadonlySet<string>,
): AccessGraph {
  const nowhere = { file: '', line: 0, column: 0, path: '' };
  const { desired } = expand(manifestModel.parse(exportManifest(graph, facts)), () => nowhere);
  if (!roles) return desiredAccess(desired);
  return desiredAccess({
    ...desired,
    roles: new Map([...desired.roles].filter(([name]) => roles.has(name))),
    grants: desired.grants.filter(({ grantee }) => roles.has(grantee)),
    defaults: desired.defaults.filter(({ grantee }) => roles.has(grantee)),
    memberships: new Map([...desired.memberships].filter(([group]) => roles.has(group))),
  });
}

interface Target {
  readonly id: string;
  readonly label: string;
  readonly grantee: string;
  readonly privileges: number;
}

/** One target for a role, a kind and a schema, with all privileges on any object of it. */
function targetsOf(grants: readonly DesiredGrant[]): Target[] {
  const targets = new Map<string, Target>();
  for (const { object, grantee, privileges, ensure } of grants) {
    if (ensure === 'absent') continue;
    const { type, name } = object;
    const many = isSchemaObjectType(type);
    const id = `grant:${type}:${many ? `${object.schema}:*` : name}`;
    const label = many ? `${object.schema}.${type.replaceAll('_', ' ')}s[*]` : `${name}.${type}`;
    const key = `${id}\0${grantee}`;
    const before = targets.get(key)?.privileges ?? 0;
    targets.set(key, { id, label, grantee, privileges: before | privileges });
  }
  return [...targets.values()];
}

function sortedEdges(edges: readonly AccessEdge[]): AccessEdge[] {
  const byEnds = new Map<string, AccessEdge>();
  for (const edge of edges) {
    const key = `${edge.kind}\0${edge.from}\0${edge.to}`;
    const before = byEnds.get(key);
    byEnds.set(
      key,
      before && before.label !== edge.label ? { ...edge, label: `${before.label}; ${edge.label}` } : edge,
    );
  }
  return [...byEnds].sort(([a], [b]) => compare(a, b)).map(([, edge]) => edge);
}
