import { checkManifest } from './check.js';
import { bindsProfiles } from './claims.js';
import { type Claim, claimKey, type Desired, type ManagedScope } from './desired.js';
import type { PathSegment, ReadDocument } from './document.js';
import { expand } from './expand.js';
import { type Loaded, warningsOf } from './load.js';
import { type BundleRoot, bundleModel, type Manifest, sourceModel } from './manifest.js';
import { parseDocument } from './parse.js';
import { byPlace, type Place, type Problem, problem } from './problem.js';
import { type BundleDocument, scopeProblems } from './scope.js';

type At = ReadDocument['at'];

/** The files that a bundle's root names, as written there (relative to the root), for the caller to read. */
export function bundleFiles(
  text: string,
  file: string,
): { files: readonly string[]; problems: readonly Problem[] } {
  const { value, problems } = parseDocument(text, file, bundleModel);
  return { files: value?.sources.map((source) => source.file) ?? [], problems };
}

/** A source's text, or why it cannot be read. */
export type SourceText = { readonly text: string } | { readonly error: string };

export interface LoadedBundle extends Loaded {
  readonly documents: readonly string[];
  readonly sharedProfiles: number;
}

/**
 * Puts a bundle's documents together: each within its scope, no two managing the same thing. `sources` by the path that the
 * root names.
 */
export function loadBundle(
  text: string,
  file: string,
  sources: ReadonlyMap<string, SourceText>,
): LoadedBundle {
  const root = parseDocument(text, file, bundleModel);
  const failed = (problems: readonly Problem[]): LoadedBundle => ({
    problems,
    warnings: [],
    documents: [],
    sharedProfiles: 0,
  });
  if (!root.value) return failed(root.problems);
  if (root.value.sources.length === 0) {
    const fix = 'add `sources: [{ file: … }]`';
    return failed([problem(root.at(['sources']), 'bundle.no_sources', 'the bundle has no sources', fix)]);
  }
  const problems: Problem[] = [];
  const documents = readDocuments(root.value, root.at, sources, problems);
  const { manifest, at } = merge(root.value, root.at, documents);
  problems.push(...checkManifest(manifest, at));
  problems.push(...documents.flatMap((document) => scopeProblems(document)), ...conflicts(documents));
  const whole = expand(manifest, at);
  // Two documents with the same thing are a conflict already.
  problems.push(...whole.problems.filter(({ code }) => code !== 'manifest.duplicate'));
  const found = withoutTwins(problems).sort(byPlace);
  const result = {
    manifest,
    documents: documents.map(({ label }) => label),
    sharedProfiles: Object.keys(manifest.profiles).length,
  };
  if (found.length > 0) return { ...result, problems: found, warnings: [] };
  const scope = scopeOf(documents);
  return {
    ...result,
    desired: withinScope(whole.desired, scope),
    problems: [],
    warnings: warningsOf(manifest),
  };
}

function readDocuments(
  root: BundleRoot,
  rootAt: At,
  sources: ReadonlyMap<string, SourceText>,
  problems: Problem[],
): BundleDocument[] {
  const seen = new Set<string>();
  return root.sources.flatMap(({ file }, index): BundleDocument[] => {
    const place = rootAt(['sources', index, 'file']);
    const source = sources.get(file) ?? { error: 'it was not read' };
    if (seen.has(file)) {
      problems.push(problem(place, 'manifest.duplicate', `\`${file}\` is named twice`, 'keep one of them'));
      return [];
    }
    seen.add(file);
    if ('error' in source) {
      const message = `\`${file}\` cannot be read: ${source.error}`;
      problems.push(
        problem(place, 'bundle.unreadable', message, 'correct the path; it starts at the bundle file'),
      );
      return [];
    }
    const parsed = parseDocument(source.text, file, sourceModel);
    problems.push(...parsed.problems);
    if (!parsed.value) return [];
    const { policy, scope: _, ...sections } = parsed.value;
    const manifest: Manifest = { ...root.shared, manage: 'declared', ...sections };
    const expanded = expand(manifest, parsed.at);
    problems.push(...expanded.problems);
    return [
      { label: policy?.name ?? file, source: parsed.value, manifest, at: parsed.at, claims: expanded.claims },
    ];
  });
}

const LISTS = [
  'roles',
  'grants',
  'default_privileges',
  'memberships',
  'retirements',
  'row_security',
] as const;

/** All documents as one manifest, and where its parts were written. */
function merge(
  root: BundleRoot,
  rootAt: At,
  documents: readonly BundleDocument[],
): { manifest: Manifest; at: At } {
  const origins = new Map<string, { at: At; index: number }[]>();
  const external = new Set<string>();
  const lists = Object.fromEntries(
    LISTS.map((section) => {
      const from: { at: At; index: number }[] = [];
      const entries = documents.flatMap(({ source, at }) =>
        [...source[section].entries()].flatMap(([index, entry]) => {
          // Several documents may refer to the same external role.
          if ('external' in entry && entry.external) {
            if (external.has(entry.name)) return [];
            external.add(entry.name);
          }
          from.push({ at, index });
          return [entry];
        }),
      );
      origins.set(section, from);
      return [section, entries];
    }),
  ) as Pick<Manifest, (typeof LISTS)[number]>;
  const { schemas, placeOf } = mergeSchemas(documents);
  const at: At = (path, key) => {
    const [section, index, ...rest] = path;
    if (section === 'schemas' && typeof index === 'number') return placeOf(index, rest, key);
    const origin = typeof index === 'number' ? origins.get(String(section))?.[index] : undefined;
    if (origin) return origin.at([section as PathSegment, origin.index, ...rest], key);
    return rootAt(['shared', ...path], key);
  };
  return { manifest: { ...root.shared, manage: 'declared', ...lists, schemas }, at };
}

/** One entry a schema: its owner from the document that has one, profiles and pattern from the one that binds. */
function mergeSchemas(documents: readonly BundleDocument[]): {
  schemas: Manifest['schemas'];
  placeOf: (index: number, rest: readonly PathSegment[], key?: 'key') => Place;
} {
  type Entry = Manifest['schemas'][number];
  type Origin = { at: At; index: number };
  const byName = new Map<string, { entry: Entry; owner: Origin; bindings: Origin }>();
  for (const { source, at } of documents) {
    for (const [index, schema] of source.schemas.entries()) {
      const origin = { at, index };
      const known = byName.get(schema.name);
      if (!known) {
        byName.set(schema.name, { entry: { ...schema }, owner: origin, bindings: origin });
        continue;
      }
      if (known.entry.owner === undefined && schema.owner !== undefined) {
        known.entry.owner = schema.owner;
        known.owner = origin;
      }
      if (!bindsProfiles(known.entry) && bindsProfiles(schema)) {
        known.entry.profiles = schema.profiles;
        known.entry.role_pattern = schema.role_pattern;
        known.bindings = origin;
      }
    }
  }
  const merged = [...byName.values()];
  return {
    schemas: merged.map(({ entry }) => entry),
    placeOf: (index, rest, key) => {
      const from = merged[index];
      if (!from) throw new Error(`no schema ${index}`);
      const { at, index: own } =
        rest[0] === 'profiles' || rest[0] === 'role_pattern' ? from.bindings : from.owner;
      return at(['schemas', own, ...rest], key);
    },
  };
}

/** Things that two documents, or one twice, want to manage. */
function conflicts(documents: readonly BundleDocument[]): Problem[] {
  const first = new Map<string, { label: string; at: Place }>();
  const problems: Problem[] = [];
  for (const document of documents) {
    for (const { claim, at } of allClaims(document)) {
      const key = claimKey(claim);
      const before = first.get(key);
      if (!before) {
        first.set(key, { label: document.label, at });
        continue;
      }
      const where = `${before.at.file}:${before.at.line}:${before.at.column}`;
      const who =
        before.label === document.label
          ? `twice by \`${document.label}\`, first at ${where}`
          : `by \`${document.label}\` and by \`${before.label}\` at ${where}`;
      problems.push(
        problem(at, 'bundle.conflict', `${claimText(claim)} is managed ${who}`, 'keep it in one document'),
      );
    }
  }
  return problems;
}

/** Facets are claimed by the scope, used or not. */
function allClaims({ source, claims, at }: BundleDocument): { claim: Claim; at: Place }[] {
  const facets = source.scope.schemas.flatMap(({ name, facets: own }, index) =>
    [...new Set(own)].map((facet) => ({
      claim: { kind: facet === 'owner' ? ('schema_owner' as const) : ('schema_bindings' as const), name },
      at: at(['scope', 'schemas', index, 'name']),
    })),
  );
  return [
    ...claims.filter(({ claim }) => claim.kind !== 'schema_owner' && claim.kind !== 'schema_bindings'),
    ...facets,
  ];
}

function claimText(claim: Claim): string {
  switch (claim.kind) {
    case 'role':
      return `role \`${claim.name}\``;
    case 'schema_owner':
      return `the owner of schema \`${claim.name}\``;
    case 'schema_bindings':
      return `what is granted in schema \`${claim.name}\``;
    case 'grant': {
      const { type, schema, name } = claim.object;
      const object = schema === undefined ? name : `${schema}.${name}`;
      return `what \`${claim.role}\` may do with ${type.replaceAll('_', ' ')} \`${object}\``;
    }
    case 'default_privilege':
      return `what \`${claim.grantee}\` may do with later ${claim.on.replace('_', ' ')}s of \`${claim.owner}\``;
    case 'membership':
      return `the membership of \`${claim.member}\` in \`${claim.role}\``;
    case 'row_security':
      return `row level security of \`${claim.schema}.${claim.table}\``;
  }
}

function scopeOf(documents: readonly BundleDocument[]): ManagedScope {
  const roles = new Set<string>();
  const schemas = new Map<string, { owner: boolean; bindings: boolean }>();
  const claims = new Map<string, string>();
  for (const document of documents) {
    for (const role of document.source.scope.roles) roles.add(role);
    for (const { name, facets } of document.source.scope.schemas) {
      const known = schemas.get(name) ?? { owner: false, bindings: false };
      schemas.set(name, {
        owner: known.owner || facets.includes('owner'),
        bindings: known.bindings || facets.includes('bindings'),
      });
    }
    for (const { claim } of allClaims(document)) {
      claims.set(claimKey(claim), document.label);
      if (claim.kind === 'role') roles.add(claim.name);
    }
  }
  return { roles, schemas, claims };
}

/** A schema that nobody may own is only referred to: it has to exist. */
function withinScope(desired: Desired, scope: ManagedScope): Desired {
  const schemas = new Map([...desired.schemas].filter(([name]) => scope.schemas.get(name)?.owner));
  return { ...desired, schemas, scope };
}

/** The same problem is found in a document and in the whole. */
function withoutTwins(problems: readonly Problem[]): Problem[] {
  return [
    ...new Map(
      problems.map((found) => [`${found.file}\0${found.line}\0${found.column}\0${found.message}`, found]),
    ).values(),
  ];
}
