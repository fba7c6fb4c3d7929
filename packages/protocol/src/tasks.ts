import { FAILURE_CLASSES, madePlan } from '@postern/core/reconcile';
import { MODES } from '@postern/core/roles';
import { z } from 'zod';
import { featureList } from './version.js';

/** Kinds of tasks. An agent says which it knows; an api gives it no others. */
export const TASK_KINDS = ['roles.plan', 'roles.apply', 'roles.scan', 'roles.generate'] as const;
export type TaskKind = (typeof TASK_KINDS)[number];

/** How long a running task counts as alive without a word from its agent, in seconds. */
export const TASK_LEASE_S = 60;

/** Guard roles that the connection's rules take, and those of before that go. Only given to agents with the feature `guards`. */
export const guardMasks = z.object({
  masks: z.array(z.number().int().min(0).max(127)).max(127),
  retire: z.array(z.number().int().min(0).max(127)).max(127),
});
export type GuardMasks = z.infer<typeof guardMasks>;

const manifestOf = { manifest: z.string(), mode: z.enum(MODES), guards: guardMasks.optional() };

/** What is to be done, by kind. */
export const taskPayloads = {
  /** Inspect, compare, and say what would change. Nothing is kept. */
  'roles.plan': z.object(manifestOf),
  /** The same, looked at by itself on a schedule: what differs from the manifest last applied. */
  'roles.scan': z.object(manifestOf),
  /** Make it so, if what is found is exactly what was approved. */
  'roles.apply': z.object({
    ...manifestOf,
    expectedDigest: z.string(),
    systemIdentifier: z.string(),
    /** Milliseconds, for each statement. */
    statementTimeoutMs: z.number().int().nonnegative(),
    lockTimeoutMs: z.number().int().nonnegative(),
  }),
  /** Write the manifest of what is there. */
  'roles.generate': z.object({ suggestProfiles: z.boolean() }),
} as const;

/**
 * `POST /agent/v1/tasks/claim` → 200: the oldest task that waits for one of these connections, as a compact JWS of the key
 * that signs policies (header `typ: postern-task+jws`), so that whoever stands between can not make one up; or null.
 */
export const claimRequest = z.object({
  kinds: z.array(z.string()).max(50),
  /** Slugs of the connections whose roles this agent may manage. */
  connections: z.array(z.string()).max(1_000),
  /** {@link AGENT_FEATURES}; absent: none. It gets no task that takes another. */
  features: featureList.optional(),
});
export type ClaimRequest = z.infer<typeof claimRequest>;
export const claimResponse = z.object({ task: z.string().nullable() });

/** What the JWS says. `exp` is when it may no longer be begun, in seconds since 1970. */
export const signedTask = z.object({
  taskId: z.uuid(),
  orgId: z.string(),
  environmentId: z.string(),
  agentId: z.string(),
  connection: z.string(),
  kind: z.string(),
  payload: z.unknown(),
  exp: z.number(),
});
export type SignedTask = z.infer<typeof signedTask>;

/** `POST /agent/v1/tasks/progress`: at least every third of the lease. Answered: whether to give up. */
export const progressRequest = z.object({
  taskId: z.uuid(),
  done: z.number().int().nonnegative(),
  total: z.number().int().nonnegative(),
});
export type ProgressRequest = z.infer<typeof progressRequest>;
export const progressResponse = z.object({ cancel: z.boolean() });

export const taskFailure = z.object({
  class: z.enum(FAILURE_CLASSES),
  message: z.string().max(2_000),
  fix: z.string().max(2_000),
  /** Line by line: where it happened, which objects. */
  facts: z.array(z.string().max(2_000)).max(200),
  /** Where a database refused: `message` and `facts` have its own words, which the audit trail does not keep. */
  sqlstate: z.string().max(10).optional(),
});
export type TaskFailure = z.infer<typeof taskFailure>;

/** What came of it. Each succeeding kind has its own member. */
export const taskResult = z.object({
  taskId: z.uuid(),
  status: z.enum(['succeeded', 'failed', 'cancelled']),
  failure: taskFailure.optional(),
  /** `roles.plan`, `roles.scan`. */
  plan: madePlan.optional(),
  /** `roles.apply`: statements that ran. 0: it was as wanted already. */
  applied: z.object({ statements: z.number().int().nonnegative() }).optional(),
  /** `roles.generate`. */
  manifest: z.string().optional(),
});
export type TaskResult = z.infer<typeof taskResult>;

/** `POST /agent/v1/tasks/result`, any number of times: the first answer counts. */
export const resultResponse = z.object({ accepted: z.boolean() });
