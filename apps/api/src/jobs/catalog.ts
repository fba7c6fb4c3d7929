import { z } from 'zod';

/** Every job there is. Payloads are ids: a job reads the rows when it runs, so running it twice does no harm. */
export const JOBS = {
  'policy.publish': z.object({ orgId: z.uuid(), environmentId: z.uuid() }),
  'integration.forward': z.object({ orgId: z.uuid(), integrationId: z.uuid() }),
  'webhook.deliver': z.object({ orgId: z.uuid(), deliveryId: z.uuid() }),
  'reconcile.plan': z.object({ orgId: z.uuid(), planId: z.uuid() }),
  'reconcile.apply': z.object({ orgId: z.uuid(), planId: z.uuid() }),
  'reconcile.settle': z.object({ orgId: z.uuid(), taskId: z.uuid() }),
  'reconcile.sweep': z.object({}),
  'report.run': z.object({ orgId: z.uuid(), reportId: z.uuid() }),
  'report.expire': z.object({}),
  'report.schedule': z.object({}),
  'access_review.remind': z.object({}),
} as const;

export type JobName = keyof typeof JOBS;
export type JobPayload<N extends JobName> = z.infer<(typeof JOBS)[N]>;

/** Jobs that time asks for: how often, in milliseconds. What is due is in the rows; a beat that is missed costs only time. */
export const SCHEDULES: Readonly<Partial<Record<JobName, number>>> = {
  'reconcile.sweep': 10_000,
  'report.expire': 3_600_000,
  'report.schedule': 30_000,
  'access_review.remind': 3_600_000,
};
