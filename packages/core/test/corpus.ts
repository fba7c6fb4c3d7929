import { readdirSync, readFileSync } from 'node:fs';
import type { Permission } from '../src/policy/index.js';

/** One line of corpus/sql: what a text requires, or the error it is rejected with; `refused` as in WallBreak.when. */
export interface SqlCase {
  readonly sql: string;
  readonly required?: readonly Permission[];
  readonly refused?: 'always' | 'read_only';
  readonly error?: string;
  readonly why: string;
}

function load<Case>(folder: string): { name: string; cases: Case[] }[] {
  const directory = new URL(`../corpus/${folder}/`, import.meta.url);
  return readdirSync(directory)
    .filter((name) => name.endsWith('.json'))
    .map((name) => ({ name, cases: JSON.parse(readFileSync(new URL(name, directory), 'utf8')) }));
}

export const sqlCorpus = load<SqlCase>('sql');
export const corpusOf = load;

interface RedactionCase {
  readonly sql: string;
  readonly text?: 'full' | 'literals_redacted' | 'fingerprint';
  readonly columns?: readonly string[];
  readonly keeps?: readonly string[];
}

/** Texts with canaries in them: corpus/audit/redaction.json. */
export const redactionCorpus: readonly RedactionCase[] = JSON.parse(
  readFileSync(new URL('../corpus/audit/redaction.json', import.meta.url), 'utf8'),
).cases;
