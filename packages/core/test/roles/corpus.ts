import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';

/** What a case of corpus/roles has, as far as it is looked at without a database. */
export interface RoleCase {
  readonly name: string;
  readonly covers: readonly string[];
  readonly manifest?: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly changes?: readonly string[];
  readonly refused?: readonly string[];
  readonly problems?: readonly string[];
  readonly warnings?: number;
  /** Parts of messages and fixes. */
  readonly says?: readonly string[];
  /** Never in any message. */
  readonly silent?: readonly string[];
}

/** A row of ROLES.md, a sentence or example of the spec, and where it is tested when no case of the corpus does it. */
export interface Row {
  readonly id: string;
  readonly what: string;
  /** `file › part of the test's name` */
  readonly test?: string;
  /** Why there is nothing to test here. */
  readonly not?: string;
}

const DIRECTORY = new URL('../../corpus/roles/', import.meta.url);
/** `~` is a prefix of names that a whole server shares; any will do here. */
const read = (name: string): unknown =>
  parse(readFileSync(new URL(name, DIRECTORY), 'utf8').replaceAll(/~(?=\w)/g, 'x_'));

export const roleCorpus = readdirSync(DIRECTORY)
  .filter((name) => name.endsWith('.yaml') && name !== 'rows.yaml')
  .map((file) => ({ file, cases: read(file) as readonly RoleCase[] }));
export const rows = read('rows.yaml') as readonly Row[];
