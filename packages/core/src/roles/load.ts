import { checkManifest } from './check.js';
import type { Desired } from './desired.js';
import type { ReadDocument } from './document.js';
import { expand } from './expand.js';
import { type Manifest, manifestModel } from './manifest.js';
import { parseDocument } from './parse.js';
import { byPlace, type Problem } from './problem.js';

/** A manifest that can be planned with, or all that is wrong with it. `desired` is there when there are no problems. */
export interface Loaded {
  readonly manifest?: Manifest;
  readonly desired?: Desired;
  readonly problems: readonly Problem[];
  /** Valid, but hardly meant. */
  readonly warnings: readonly string[];
}

/** Text of a manifest (YAML or JSON) to what it wants. `file` is the name that problems show. */
export function loadManifest(text: string, file: string): Loaded {
  const { value, problems, at } = parseDocument(text, file, manifestModel);
  return value ? finish(value, at) : { problems, warnings: [] };
}

function finish(manifest: Manifest, at: ReadDocument['at']): Loaded {
  const { desired, problems: whole } = expand(manifest, at);
  const problems = [...checkManifest(manifest, at), ...whole].sort(byPlace);
  if (problems.length > 0) return { manifest, problems, warnings: [] };
  return { manifest, desired, problems, warnings: warningsOf(manifest) };
}

/** What a valid manifest says in vain. */
export function warningsOf(manifest: Manifest): string[] {
  const { roles, schemas, grants, memberships } = manifest;
  const isEmpty = [roles, schemas, grants, memberships].every((entries) => entries.length === 0);
  return [
    ...(isEmpty ? ['the manifest has no roles, schemas, grants or memberships'] : []),
    ...manifest.default_privileges.flatMap(({ schema, scope, grant }, index) => {
      // ALTER DEFAULT PRIVILEGES: "you cannot revoke privileges per-schema if they are granted globally".
      const bound = schema ?? scope?.schema;
      if (bound === undefined || !grant.some(takesFromPublic)) return [];
      const path = `default_privileges[${index}]`;
      return [
        `${path}: what PUBLIC may do with functions and types made later is decided for all schemas at once, so \`absent\` in schema \`${bound}\` changes nothing; use \`scope: { type: global }\``,
      ];
    }),
  ];
}

function takesFromPublic({
  role,
  ensure,
  on_type,
}: Manifest['default_privileges'][number]['grant'][number]): boolean {
  return role === 'PUBLIC' && ensure === 'absent' && (on_type === 'function' || on_type === 'type');
}

/** What a manifest comes to after expansion. */
export interface Counts {
  readonly schemas: number;
  readonly roles: number;
  readonly grants: number;
  readonly defaultPrivileges: number;
  readonly memberships: number;
}

export function countsOf(desired: Desired): Counts {
  let memberships = 0;
  for (const { members } of desired.memberships.values()) memberships += members.size;
  return {
    schemas: desired.schemas.size,
    roles: desired.roles.size,
    grants: desired.grants.length,
    defaultPrivileges: desired.defaults.length,
    memberships,
  };
}
