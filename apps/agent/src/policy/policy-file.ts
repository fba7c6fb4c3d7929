import { type PublicJwk, publicJwk } from '@postern/core/policy';
import { z } from 'zod';
import { readIfThere, writeDurably } from '../durable-file.js';

/** The last good bundle as it came, with the keys that were trusted when it was accepted: it is verified again at load. */
const storedPolicy = z.object({ jws: z.string().min(1), trustedKeys: z.array(publicJwk).min(1) });
export type StoredPolicy = z.infer<typeof storedPolicy>;

/** What the control plane last said about this agent. Small, because it is written at every confirmation. */
const storedLease = z.object({ confirmedAt: z.number().int().nonnegative(), revoked: z.boolean() });
export type StoredLease = z.infer<typeof storedLease>;

async function readJson<T>(path: string, schema: z.ZodType<T>): Promise<T | undefined> {
  const text = await readIfThere(path);
  if (text === undefined) return undefined;
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** Undefined when there is none or it is damaged: then nothing is enforced, so nothing is allowed. */
export const readPolicy = (path: string): Promise<StoredPolicy | undefined> => readJson(path, storedPolicy);
export const writePolicy = (path: string, jws: string, trustedKeys: readonly PublicJwk[]): Promise<void> =>
  writeDurably(path, JSON.stringify({ jws, trustedKeys }));

export const readLease = (path: string): Promise<StoredLease | undefined> => readJson(path, storedLease);
export const writeLease = (path: string, lease: StoredLease): Promise<void> =>
  writeDurably(path, JSON.stringify(lease));
