import { chmod, stat } from 'node:fs/promises';
import { PosternError } from '@postern/core/errors';
import { publicJwk } from '@postern/core/policy';
import { z } from 'zod';
import { readIfThere, writeDurably } from '../durable-file.js';

const privateJwk = z.object({
  kty: z.literal('OKP'),
  crv: z.literal('Ed25519'),
  x: z.string().min(1),
  d: z.string().min(1),
});
export type PrivateJwk = z.infer<typeof privateJwk>;

/** Who this agent is to the control plane. The private key never leaves this machine. */
const identitySchema = z.object({
  agentId: z.string().min(1),
  orgId: z.string().min(1),
  environmentId: z.string().min(1),
  authorizeUrl: z.url(),
  /** What is trusted until a verified bundle brings other keys. */
  signingKeys: z.array(publicJwk).min(1),
  privateKey: privateJwk,
});
export type AgentIdentity = z.infer<typeof identitySchema>;

/** The identity on disk, undefined before enrolment. */
export async function loadIdentity(path: string): Promise<AgentIdentity | undefined> {
  const text = await readIfThere(path);
  if (text === undefined) return undefined;
  if (((await stat(path)).mode & 0o077) !== 0) await chmod(path, 0o600);
  const parsed = identitySchema.safeParse(safeJson(text));
  if (parsed.success) return parsed.data;
  throw new PosternError('agent.not_enrolled', `the identity file \`${path}\` is damaged`, {
    fix: 'restore it from a backup, or remove it and enrol again with a new token',
  });
}

export async function saveIdentity(path: string, identity: AgentIdentity): Promise<void> {
  await writeDurably(path, `${JSON.stringify(identity, null, 2)}\n`);
}

export function safeJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
