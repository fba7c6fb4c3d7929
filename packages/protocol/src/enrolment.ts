import { publicJwk } from '@postern/core/policy';
import { z } from 'zod';

/**
 * `POST /agent/v1/enrol`: the agent trades its one-time token for an identity. `proof` is a JWT (EdDSA, signed by
 * the key in `publicKey`, `aud: "postern-enrol"`, `iat`, `exp` ≤ 60 s, `jti` = SHA-256 of the token in hex), so nobody can enrol a key that
 * they do not hold. `consoleUrl` is where people reach the agent's console; sign-in may return only there.
 */
export const enrolRequest = z.object({
  protocolVersion: z.number().int().positive(),
  token: z.string().min(1).max(200),
  name: z.string().trim().min(1).max(100),
  agentVersion: z.string().max(50),
  publicKey: z.object({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: z.string().min(1).max(100) }),
  proof: z.string().min(1).max(4_000),
  consoleUrl: z.url().max(500),
});
export type EnrolRequest = z.infer<typeof enrolRequest>;

/** 201. `signingKeys` are what the agent trusts until a verified bundle brings others. */
export const enrolResponse = z.object({
  agentId: z.string().min(1),
  orgId: z.string().min(1),
  environmentId: z.string().min(1),
  signingKeys: z.array(publicJwk).min(1),
  /** Where people sign in: the web app's authorisation page. */
  authorizeUrl: z.url(),
});
export type EnrolResponse = z.infer<typeof enrolResponse>;
