import { z } from 'zod';

/**
 * Signing in to an agent's console, authorization code with PKCE (RFC 7636, S256). The console sends the browser to
 * `authorizeUrl?agent=<agentId>&redirect_uri=…&code_challenge=…&state=…`; the control plane sends it back with `code` and
 * `state`; the agent trades the code at `POST /agent/v1/console-token`.
 */
export const consoleTokenRequest = z.object({
  code: z.string().min(1).max(200),
  codeVerifier: z.string().min(43).max(128),
  redirectUri: z.url().max(500),
});
export type ConsoleTokenRequest = z.infer<typeof consoleTokenRequest>;

/** 200. `token` is a JWT with {@link consoleTokenClaims}, signed with a key of `signingKeys`. */
export const consoleTokenResponse = z.object({ token: z.string().min(1) });
export type ConsoleTokenResponse = z.infer<typeof consoleTokenResponse>;

/** EdDSA JWT, lives five minutes: it proves who signed in; what they may do is the bundle's to say. */
export const consoleTokenClaims = z.object({
  iss: z.literal('postern'),
  /** The agent it is for. */
  aud: z.string().min(1),
  /** User id, as `principals[].id` in the bundle. */
  sub: z.string().min(1),
  email: z.string().min(1),
  name: z.string(),
  org: z.string().min(1),
  iat: z.number(),
  exp: z.number(),
});
export type ConsoleTokenClaims = z.infer<typeof consoleTokenClaims>;
