import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import {
  bundleFiles,
  type Desired,
  type Loaded,
  loadBundle,
  loadManifest,
  type Problem,
} from '@postern/core/roles';
import { RolesFailure } from '../targets/roles/failure.js';
import { UsageError } from './io.js';

export interface ManifestOptions {
  readonly file?: string;
  readonly bundle?: string;
}

/** Read when no file is named; the second for those who come from pgroles. */
const DEFAULT_FILES = ['roles.yaml', 'pgroles.yaml'] as const;

/** A manifest that was read and is right. */
export interface ReadManifest extends Loaded {
  readonly desired: Desired;
  readonly source: string;
  /** Of bundles. */
  readonly documents?: readonly string[];
  readonly sharedProfiles?: number;
}

/** Everything that is wrong with a manifest, each with its place. */
export class ManifestInvalid extends Error {
  override readonly name = 'ManifestInvalid';
  constructor(
    readonly source: string,
    readonly problems: readonly Problem[],
  ) {
    super(`${source} is not valid`);
  }
}

export const namesManifest = ({ file, bundle }: ManifestOptions): boolean =>
  file !== undefined || bundle !== undefined;

/** Reads the manifest or bundle that the options name, else the one in the working directory. */
export function readManifest({ file, bundle }: ManifestOptions): ReadManifest {
  if (file !== undefined && bundle !== undefined)
    throw new UsageError('-f and --bundle exclude each other; give one of them');
  const source = bundle ?? file ?? defaultFile();
  const text = readText(source);
  const loaded = bundle === undefined ? loadManifest(text, source) : readBundle(text, source);
  if (loaded.desired === undefined) throw new ManifestInvalid(source, loaded.problems);
  return { ...loaded, desired: loaded.desired, source };
}

function defaultFile(): string {
  const found = DEFAULT_FILES.find((file) => existsSync(file));
  if (found !== undefined) return found;
  throw new RolesFailure(
    `there is no \`${DEFAULT_FILES[0]}\` in this directory`,
    'name the manifest with -f, or a bundle with --bundle; `postern generate` writes one from a database',
  );
}

function readBundle(text: string, source: string): Loaded {
  const { files } = bundleFiles(text, source);
  const sources = new Map(files.map((file) => [file, readSource(resolve(dirname(source), file))]));
  return loadBundle(text, source, sources);
}

function readSource(path: string): { text: string } | { error: string } {
  try {
    return { text: decode(readFileSync(path)) };
  } catch (error) {
    return { error: (error as NodeJS.ErrnoException).code ?? 'it is not UTF-8' };
  }
}

function readText(path: string): string {
  try {
    return decode(readFileSync(path === '-' ? 0 : path));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT')
      throw new RolesFailure(
        `there is no file \`${path}\``,
        'check the path; `postern generate` writes a manifest from a database',
      );
    throw new RolesFailure(
      code === undefined ? `\`${path}\` is not UTF-8` : `can not read \`${path}\` (${code})`,
      code === undefined ? 'save it as UTF-8' : 'check the path and its permissions',
    );
  }
}

const decode = (bytes: Uint8Array): string => new TextDecoder('utf-8', { fatal: true }).decode(bytes);
