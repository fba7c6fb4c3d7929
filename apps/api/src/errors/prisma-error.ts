import { Prisma } from '../generated/prisma/client.js';

/**
 * Name of the constraint that a write violated, when that is why it failed: constraints are named, and errors are mapped
 * by name (STYLE.md), never by checking first.
 */
export function violatedConstraint(error: unknown): string | undefined {
  if (!(error instanceof Prisma.PrismaClientKnownRequestError)) return undefined;
  if (!['P2002', 'P2003', 'P2004'].includes(error.code)) return undefined;
  const text = JSON.stringify(error.meta ?? {});
  return (
    /"(?:index|name|originalMessage|constraint)":"?(?:[^"]*constraint \\"|)([a-z0-9_]+)/.exec(text)?.[1] ??
    text
  );
}
