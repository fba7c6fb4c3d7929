import './zod-jitless';
import {
  type AccessGraph,
  countsOf,
  desiredAccess,
  formatAccess,
  loadManifest,
  type Problem,
} from '@postern/core/roles';

/** What the browser itself can tell about a manifest; the api says the same. */
export interface Checked {
  readonly problems: readonly Problem[];
  readonly warnings: readonly string[];
  /** What it comes to once profiles are expanded; null while something is wrong. */
  readonly access: AccessGraph | null;
  readonly counts: ReturnType<typeof countsOf> | null;
  readonly roles: readonly string[];
  readonly profiles: readonly string[];
}

export function checkManifest(text: string): Checked {
  const { manifest, desired, problems, warnings } = loadManifest(text, 'manifest');
  return {
    problems,
    warnings,
    access: desired ? desiredAccess(desired) : null,
    counts: desired ? countsOf(desired) : null,
    roles: desired
      ? [...desired.roles.keys(), ...desired.externalRoles.keys()]
      : (manifest?.roles ?? []).map(({ name }) => name),
    profiles: Object.keys(manifest?.profiles ?? {}),
  };
}

export const asTree = (access: AccessGraph): string => formatAccess(access, 'tree');
export { jsonSchema } from '@postern/core/roles';
