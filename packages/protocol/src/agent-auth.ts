import { z } from 'zod';

/**
 * Every request after enrolment carries `Authorization: Bearer <JWT>`: EdDSA with the agent's own key, header
 * `kid` = agent id. Bound to the request, so it cannot be used for another one: `htm` method, `htp` path without
 * query, `bh` base64url SHA-256 of the raw body ("" hashed for none). `exp` is at most 60 s after `iat`; the api allows 30 s of
 * clock difference. (In the manner of RFC 9449, DPoP.)
 */
export const agentRequestClaims = z.object({
  iss: z.string().min(1),
  aud: z.literal('postern-api'),
  iat: z.number(),
  exp: z.number(),
  jti: z.string().min(1),
  htm: z.string(),
  htp: z.string(),
  bh: z.string(),
});
export type AgentRequestClaims = z.infer<typeof agentRequestClaims>;
