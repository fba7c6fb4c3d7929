import { z } from 'zod';
import { accessEffect, accessItem } from '../roles/access-item.js';

const obstacle = z.object({ message: z.string(), fix: z.string() });

/** One thing that a plan does, as people read it. */
export const planChange = z.object({
  /** A `ChangeKind` of the roles engine. */
  kind: z.string(),
  category: z.string(),
  destructive: z.boolean(),
  /** Whom or what it is about: `reporting`, `ann in staff`. */
  subject: z.string(),
  /** As they will run; secrets are never in them. */
  statements: z.array(z.string()),
  /** What its cause can be told by (`Difference` of the roles engine), where drift was looked for. */
  difference: z
    .object({
      /** `changedAt`: when the server last wrote it, RFC 3339, where it keeps commit timestamps. */
      items: z.array(accessItem.extend({ changedAt: z.string().exactOptional() })),
      effect: accessEffect.exactOptional(),
      grantors: z.array(z.string()),
    })
    .exactOptional(),
  /** IAM rules ask for it (guard roles), not the manifest. Absent, as from older agents: the manifest. */
  isFromRules: z.boolean().optional(),
});
export type PlanChange = z.infer<typeof planChange>;

/** What a person reads before approving a plan: made by the agent, kept by the control plane, shown by web. */
export const planContent = z.object({
  server: z.object({
    database: z.string(),
    version: z.string(),
    /** Managed service it was recognised as. */
    provider: z.string().nullable(),
  }),
  /** Roles that have more, and less, once it has run. */
  gains: z.array(z.string()),
  loses: z.array(z.string()),
  /** Counts in words: `3 roles to create`. */
  kinds: z.array(
    z.object({ kind: z.string(), count: z.number().int(), destructive: z.boolean(), text: z.string() }),
  ),
  changes: z.array(planChange),
  /** Roles that the manifest does not know, with rights where it decides. */
  undeclared: z.array(z.object({ role: z.string(), count: z.number().int(), isRevoked: z.boolean() })),
  /** Not wanted, and only `grantor` can take it away. */
  stuck: z.array(z.object({ where: z.string(), grantee: z.string(), grantor: z.string(), text: z.string() })),
  /** What has to be dealt with before it can run. */
  obstacles: z.array(obstacle),
});
export type PlanContent = z.infer<typeof planContent>;

/** A plan that was made: what is approved, and what tells whether it still holds. */
export const madePlan = z.object({
  digest: z.string(),
  /** `pg_control_system()`; `not readable` where the login may not ask: then the digest alone tells servers apart. */
  systemIdentifier: z.string(),
  serverMajor: z.number().int(),
  changeCount: z.number().int().nonnegative(),
  destructiveCount: z.number().int().nonnegative(),
  content: planContent,
});
export type MadePlan = z.infer<typeof madePlan>;

/**
 * Why a task failed, by what may be done about it: `transient` and `lock` are tried again by themselves, the rest needs a
 * person. `different`: what was found is not what was approved. `refused`: the agent's own configuration forbids it.
 */
export const FAILURE_CLASSES = [
  'transient',
  'lock',
  'permission',
  'missing',
  'manifest',
  'different',
  'refused',
  'other',
] as const;
export type FailureClass = (typeof FAILURE_CLASSES)[number];

/** What the audit trail says of a failure: a database's own words can quote values, its SQLSTATE can not. */
export const reasonOfFailure = ({
  message,
  sqlstate,
}: {
  readonly message: string;
  readonly sqlstate?: string | undefined;
}): string => (sqlstate === undefined ? message : `the database refused it (SQLSTATE ${sqlstate})`);

/** May trying again help, with nothing else done about it? */
export const isRetried = (failure: FailureClass): boolean => failure === 'transient' || failure === 'lock';
