import { readFile } from 'node:fs/promises';
import { createLocalJWKSet, type JSONWebKeySet } from 'jose';
import { z } from 'zod';
import { verifyReport } from './verify-report.js';

const keySet = z.object({ keys: z.array(z.looseObject({ kty: z.string(), kid: z.string() })).min(1) });
const KEYS_WITHIN_MS = 10_000;

interface Output {
  stdout: { write(text: string): unknown };
  stderr: { write(text: string): unknown };
}

async function readKeys(source: string): Promise<JSONWebKeySet> {
  if (!/^https?:\/\//.test(source)) return keySet.parse(JSON.parse(await readFile(source, 'utf8')));
  const answer = await fetch(source, { signal: AbortSignal.timeout(KEYS_WITHIN_MS), redirect: 'error' });
  if (!answer.ok) throw new Error(`answered ${answer.status}`);
  return keySet.parse(await answer.json());
}

/** Says whether a file is a report as it was signed. Answers with the exit status. */
export async function verifyFile(file: string, keysFrom: string, { stdout, stderr }: Output): Promise<0 | 1> {
  let keys: JSONWebKeySet;
  try {
    keys = await readKeys(keysFrom);
  } catch (error) {
    stderr.write(`postern: no keys could be read from \`${keysFrom}\`: ${reason(error)}\n`);
    return 1;
  }
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch (error) {
    stderr.write(`postern: \`${file}\` could not be read: ${reason(error)}\n`);
    return 1;
  }
  const result = await verifyReport(bytes, createLocalJWKSet(keys));
  if (result.valid) {
    stdout.write(`${file}: the signature is right (${result.mediaType}, key ${result.kid})\n`);
    return 0;
  }
  stderr.write(`${file}: ${result.reason}\n`);
  return 1;
}

const reason = (error: unknown): string =>
  error instanceof z.ZodError ? 'it is not a JSON Web Key Set' : (error as Error).message;
