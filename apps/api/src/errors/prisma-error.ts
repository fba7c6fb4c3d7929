import { z } from 'zod';
import { Prisma } from '../generated/prisma/client.js';

/** What Prisma's pg adapter tells of the server's error. SQLSTATE class 23: integrity constraint violation. */
const violation = z.object({
  driverAdapterError: z.object({
    cause: z.object({
      originalCode: z.string().startsWith('23'),
      originalMessage: z.string(),
      constraint: z.object({ index: z.string() }).optional(),
    }),
  }),
});

/**
 * Name of the constraint that a write violated, when that is why it failed: constraints are named, and errors are mapped
 * by name (STYLE.md), never by checking first.
 */
export function violatedConstraint(error: unknown): string | undefined {
  if (!(error instanceof Prisma.PrismaClientKnownRequestError)) return undefined;
  const parsed = violation.safeParse(error.meta);
  if (!parsed.success) return undefined;
  const { constraint, originalMessage } = parsed.data.driverAdapterError.cause;
  return constraint?.index ?? /constraint "([^"]+)"/.exec(originalMessage)?.[1];
}
