import { readFile } from 'node:fs/promises';
import type { JSONWebKeySet } from 'jose';
import { z } from 'zod';

const keySet = z.object({ keys: z.array(z.looseObject({ kty: z.string(), kid: z.string() })).min(1) });
const KEYS_WITHIN_MS = 10_000;

/** The control plane's public keys, from a file or an address; throws an error that says why not. */
export async function readKeys(source: string): Promise<JSONWebKeySet> {
  try {
    return keySet.parse(JSON.parse(await textOf(source)));
  } catch (error) {
    const reason = error instanceof z.ZodError ? 'it is not a JSON Web Key Set' : (error as Error).message;
    throw new Error(`no keys could be read from \`${source}\`: ${reason}`);
  }
}

async function textOf(source: string): Promise<string> {
  if (!/^https?:\/\//.test(source)) return readFile(source, 'utf8');
  const answer = await fetch(source, { signal: AbortSignal.timeout(KEYS_WITHIN_MS), redirect: 'error' });
  if (!answer.ok) throw new Error(`answered ${answer.status}`);
  return answer.text();
}
