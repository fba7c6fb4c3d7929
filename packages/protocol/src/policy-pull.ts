import { z } from 'zod';

/**
 * `GET /agent/v1/policy` with `If-None-Match: "<version>"` → 304 (still current: the lease runs anew) or 200 with
 * a compact JWS (`application/jose`, header `alg: EdDSA, kid`) whose payload is core's `policyBundle`, and `ETag: "<version>"`.
 * 404 `policy.none` when nothing has been published yet.
 */
export const policyEtag = (version: number): string => `"${version}"`;

/** Version in an ETag or If-None-Match header; undefined when it is none of ours. */
export function parsePolicyEtag(header: string | undefined): number | undefined {
  const match = /^(?:W\/)?"(\d{1,15})"$/.exec(header ?? '');
  return match?.[1] === undefined ? undefined : Number(match[1]);
}

/**
 * `GET /agent/v1/stream` is Server-Sent Events (HTML standard, 9.2). Each is a hint: the pull is the truth. A comment
 * line comes every 15 s; an agent that hears nothing for 45 s reconnects. Unknown event names are ignored.
 */
export const streamEvents = {
  /** A new bundle waits. */
  policy: z.object({ version: z.number().int().positive() }),
  /** A task waits to be claimed, or the running one is to be given up. */
  task: z.object({}),
  /** This agent's identity was revoked: stop serving, keep the spool. */
  revoked: z.object({}),
} as const;
export type StreamEventName = keyof typeof streamEvents;
