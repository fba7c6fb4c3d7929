import { z } from 'zod';
import { featureList } from './version.js';

/**
 * Where PostgreSQL clients reach an agent, as people should type it. People paste it into shells, so the host has the
 * letters of host names and IP addresses and no others. `tls`: whether it offers TLS, or demands it.
 */
export const wireAddress = z.object({
  host: z
    .string()
    .max(253)
    .regex(/^[A-Za-z0-9:][A-Za-z0-9.:_-]*$/, 'must be a host name or an IP address'),
  port: z.number().int().min(1).max(65_535),
  tls: z.enum(['off', 'offered', 'required']),
});
export type WireAddress = z.infer<typeof wireAddress>;

/** How full the agent's audit spool is. */
export const spoolFill = z.object({
  bytes: z.number().nonnegative(),
  /** Most bytes that it may take; absent: as many as the disk has. */
  quotaBytes: z.number().positive().optional(),
  /** `low`: four fifths of the quota are taken. `full`: nothing more is recorded. */
  state: z.enum(['ok', 'low', 'full']),
  /** What then happens to statements. */
  whenFull: z.enum(['refuse', 'continue']),
  /** Events left out and not yet recorded as a gap. */
  lostEvents: z.number().int().nonnegative(),
  /** Instant of the oldest event that waits, RFC 3339. */
  oldestAt: z.string().max(40).optional(),
});

/**
 * `POST /agent/v1/heartbeat`: every 15 s, and at once after a new policy took effect (that is the acknowledgement
 * that the UI shows as "enforced").
 */
export const heartbeatRequest = z.object({
  agentVersion: z.string().max(50),
  protocolVersion: z.number().int().positive(),
  /** Version of the bundle being enforced; 0 when there is none. */
  policyVersion: z.number().int().nonnegative(),
  /** Instant at which it took effect, RFC 3339. */
  policyEnforcedAt: z.string().optional(),
  /** Audit events that wait to be pushed. */
  spoolDepth: z.number().int().nonnegative(),
  /** Slugs of the connections that the agent's configuration knows, with the last health seen. */
  connections: z
    .array(
      z.object({
        slug: z.string(),
        status: z.enum(['ok', 'down', 'unknown']),
        detail: z.string().max(300).optional(),
      }),
    )
    .max(1_000),
  rssBytes: z.number().int().nonnegative(),
  spool: spoolFill.optional(),
  /** Absent: this agent does not speak to PostgreSQL clients. */
  wire: wireAddress.optional(),
  /** {@link AGENT_FEATURES} of this agent; absent: it is older than all of them. */
  features: featureList.optional(),
});
export type HeartbeatRequest = z.infer<typeof heartbeatRequest>;

/** 200. `policyVersion` is the newest published: an agent that enforces another one pulls. */
export const heartbeatResponse = z.object({ policyVersion: z.number().int().nonnegative() });
export type HeartbeatResponse = z.infer<typeof heartbeatResponse>;
