import { KEEP_ALL, type StatementKeeping } from '@postern/core/audit';
import { z } from 'zod';

/** `[connections.<id>.audit]`: what the audit trail keeps of statements. Set here, so that nobody elsewhere can have more sent. */
export const statementKeepingSchema = z.strictObject({
  statements: z.enum(['full', 'literals_redacted', 'fingerprint']).default('full'),
  redact_columns: z
    .array(z.string().regex(/^[^.\s]{1,63}$/, 'is not the name of a column without its table'))
    .max(1_000)
    .default([]),
  bound_values: z.enum(['none', 'all']).default('none'),
  max_statement_bytes: z.number().int().min(256).max(262_144).default(KEEP_ALL.maxBytes),
});

export function keepingOf(table: z.infer<typeof statementKeepingSchema> | undefined): StatementKeeping {
  if (!table) return KEEP_ALL;
  return {
    text: table.statements,
    columns: new Set(table.redact_columns.map((name) => name.toLowerCase())),
    maxBytes: table.max_statement_bytes,
    ...(table.bound_values === 'all' ? { values: 'all' as const } : {}),
  };
}
