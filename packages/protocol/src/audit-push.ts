import { readableLink } from '@postern/core/audit';
import { z } from 'zod';

/** Most events in one push. */
export const AUDIT_BATCH_MAX = 500;

/**
 * `POST /agent/v1/audit`: events in order of `seq`, without gaps within the batch. The api keeps each seq of an agent
 * exactly once: those it has are skipped, so a batch may be sent again. A batch that starts behind a gap is refused with
 * 409 `audit.gap` and `facts.expectedSeq`; one whose hashes do not follow, with 409 `audit.broken_chain`. Kinds and other words
 * that the api does not know are kept as they are. 429 or 503 with `Retry-After`: not now; nothing of it was stored.
 */
export const auditPushRequest = z.object({ events: z.array(readableLink).min(1).max(AUDIT_BATCH_MAX) });
export type AuditPushRequest = z.infer<typeof auditPushRequest>;

/** 200. Everything up to and including `ackedSeq` is stored: the agent may forget it. */
export const auditPushResponse = z.object({ ackedSeq: z.number().int().nonnegative() });
export type AuditPushResponse = z.infer<typeof auditPushResponse>;
