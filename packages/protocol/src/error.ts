import { ERROR_CODES } from '@postern/core/errors';
import { z } from 'zod';

/**
 * Body of every non-2xx answer. A code unknown to the reader becomes `internal` (additive protocol). `facts` holds
 * what the reader acts on: `expectedSeq` of `audit.gap`.
 */
export const protocolError = z.object({
  error: z.object({
    code: z.enum(ERROR_CODES).catch('internal'),
    message: z.string(),
    field: z.string().optional(),
    fix: z.string().optional(),
    facts: z.record(z.string(), z.unknown()).optional(),
  }),
});
export type ProtocolError = z.infer<typeof protocolError>;
