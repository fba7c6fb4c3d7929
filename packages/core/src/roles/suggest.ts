import { compare } from './acl.js';
import type { ReadDocument } from './document.js';
import { expand } from './expand.js';
import { grouped } from './grouped.js';
import { type Inventory, sameAccess } from './inventory.js';
import { type ManifestInput, manifestModel } from './manifest.js';
import { patternFor, type Shape, type Skipped, shapesOf } from './shapes.js';

/** A manifest with profiles that means exactly what the flat one does, and what was left as it is, with why. */
export interface Suggestion {
  readonly manifest: ManifestInput;
  readonly profiles: readonly { readonly name: string; readonly schemas: readonly string[] }[];
  readonly skipped: readonly Skipped[];
}

const NOWHERE: ReadDocument['at'] = () => ({ file: '', line: 0, column: 0, path: '' });
const expanded = (manifest: ManifestInput) => expand(manifestModel.parse(manifest), NOWHERE);

/**
 * Finds roles that are the same but for their schema and says them once, as profiles. The guarantee: what comes out expands
 * to exactly the same roles and rights as what went in; a profile that would break it is left out. A manifest that has
 * profiles is returned as it is.
 */
export function suggestProfiles(
  manifest: ManifestInput,
  inventory: Inventory,
  { minSchemas = 2 }: { readonly minSchemas?: number } = {},
): Suggestion {
  if (Object.keys(manifest.profiles ?? {}).length > 0) return { manifest, profiles: [], skipped: [] };
  const { desired } = expanded(manifest);
  const { shapes, skipped } = shapesOf(desired, inventory, manifest.default_owner);
  const candidates = candidatesOf(shapes, minSchemas, skipped);
  const same = (chosen: readonly Candidate[]) => {
    const { desired: again, problems } = expanded(withProfiles(manifest, chosen));
    return problems.length === 0 && sameAccess(desired, again, inventory);
  };
  let chosen = candidates;
  if (!same(candidates)) {
    chosen = [];
    for (const candidate of candidates) {
      if (same([...chosen, candidate])) chosen = [...chosen, candidate];
      else
        skip(candidate.shapes, 'round_trip', 'as a profile it would not expand to the same rights', skipped);
    }
  }
  return {
    manifest: withProfiles(manifest, chosen),
    profiles: chosen.map(({ name, shapes: of }) => ({ name, schemas: of.map(({ schema }) => schema) })),
    skipped: skipped.sort((a, b) => compare(a.role, b.role)),
  };
}

interface Candidate {
  readonly name: string;
  readonly pattern: string;
  /** One a schema. */
  readonly shapes: readonly Shape[];
}

const PATTERNS = [
  '{schema}-{profile}',
  '{schema}_{profile}',
  '{profile}-{schema}',
  '{profile}_{schema}',
] as const;

/** Roles of one shape whose names follow one pattern with one profile name; larger groups choose first. */
function candidatesOf(shapes: readonly Shape[], minSchemas: number, skipped: Skipped[]): Candidate[] {
  const groups: Candidate[] = [];
  for (const alike of grouped(shapes, ({ signature }) => signature).values()) {
    const schemas = new Set(alike.map(({ schema }) => schema));
    if (schemas.size < minSchemas) {
      skip(alike, 'sole_schema', `fewer than ${minSchemas} schemas have a role like it`, skipped);
      continue;
    }
    let left = alike;
    for (const pattern of PATTERNS) {
      const named = left.flatMap((shape) => {
        const name = patternFor(pattern, shape);
        return name === undefined ? [] : [{ shape, name }];
      });
      for (const group of grouped(named, ({ name }) => name).values()) {
        const name = group[0]?.name ?? '';
        if (group.length < minSchemas) continue;
        const taken = new Set(group.map(({ shape }) => shape));
        groups.push({ name, pattern, shapes: [...taken].sort((a, b) => compare(a.schema, b.schema)) });
        left = left.filter((shape) => !taken.has(shape));
      }
    }
    skip(left, 'no_pattern', 'its name follows no pattern of schema and profile that others follow', skipped);
  }
  return withOnePatternEach(groups, minSchemas, skipped);
}

/** A schema has one pattern, a profile one content. */
function withOnePatternEach(
  groups: readonly Candidate[],
  minSchemas: number,
  skipped: Skipped[],
): Candidate[] {
  const patterns = new Map<string, string>();
  const names = new Set<string>();
  const chosen: Candidate[] = [];
  const bySize = [...groups].sort(
    (a, b) =>
      b.shapes.length - a.shapes.length ||
      compare(a.name, b.name) ||
      compare(a.shapes[0]?.role ?? '', b.shapes[0]?.role ?? ''),
  );
  for (const { name, pattern, shapes } of bySize) {
    const fits = ({ schema }: Shape) => (patterns.get(schema) ?? pattern) === pattern;
    const fitting = shapes.filter(fits);
    if (names.has(name)) {
      skip(shapes, 'name_taken', `another profile has the name \`${name}\``, skipped);
      continue;
    }
    if (fitting.length < minSchemas) {
      skip(shapes, 'pattern_conflict', 'its schema names other roles by another pattern', skipped);
      continue;
    }
    skip(
      shapes.filter((shape) => !fits(shape)),
      'pattern_conflict',
      'its schema names other roles by another pattern',
      skipped,
    );
    for (const { schema } of fitting) patterns.set(schema, pattern);
    names.add(name);
    chosen.push({ name, pattern, shapes: fitting });
  }
  return chosen.sort((a, b) => compare(a.name, b.name));
}

function skip(shapes: readonly Shape[], reason: Skipped['reason'], text: string, skipped: Skipped[]): void {
  for (const { role } of shapes) skipped.push({ role, reason, text });
}

/** The manifest with some roles said as profiles, and with nothing else changed. */
function withProfiles(manifest: ManifestInput, chosen: readonly Candidate[]): ManifestInput {
  if (chosen.length === 0) return manifest;
  const gone = new Set(chosen.flatMap(({ shapes }) => shapes.map(({ role }) => role)));
  const bindings = new Map<string, { profiles: string[]; pattern: string }>();
  for (const { name, pattern, shapes } of chosen) {
    for (const { schema } of shapes) {
      const binding = bindings.get(schema) ?? { profiles: [], pattern };
      binding.profiles.push(name);
      bindings.set(schema, binding);
    }
  }
  const defaults = (manifest.default_privileges ?? [])
    .map((entry) => ({ ...entry, grant: (entry.grant ?? []).filter(({ role }) => !gone.has(role)) }))
    .filter(
      ({ grant }, index) => grant.length > 0 || manifest.default_privileges?.[index]?.grant?.length === 0,
    );
  const { schemas, roles, grants, default_privileges: _, ...rest } = manifest;
  const sections: ManifestInput = {
    profiles: Object.fromEntries(chosen.map(({ name, shapes }) => [name, shapes[0]?.profile ?? {}])),
    schemas: (schemas ?? []).map((schema) => {
      const binding = bindings.get(schema.name);
      if (!binding) return schema;
      const usual = binding.pattern === '{schema}-{profile}';
      return { ...schema, profiles: binding.profiles, ...(!usual && { role_pattern: binding.pattern }) };
    }),
    roles: (roles ?? []).filter(({ name }) => !gone.has(name)),
    grants: (grants ?? []).filter(({ role }) => !gone.has(role)),
    default_privileges: defaults,
  };
  const { default_owner, auth_providers, manage, ...others } = rest;
  const kept = Object.entries(sections).filter(([, value]) => Object.keys(value).length > 0);
  return {
    ...(default_owner !== undefined && { default_owner }),
    ...(auth_providers && { auth_providers }),
    ...(manage && { manage }),
    ...Object.fromEntries(kept),
    ...others,
  };
}
