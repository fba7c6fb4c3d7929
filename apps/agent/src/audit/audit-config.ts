import { KEEP_ALL, type StatementKeeping } from '@postern/core/audit';
import { z } from 'zod';
import type { RoomSetting } from './spool-room.js';

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

/** `[audit]`: room for events that the control plane does not have yet. */
export const roomSchema = z.strictObject({
  quota_mb: z.number().int().min(16).max(10_000_000).default(5_120),
  when_full: z.enum(['refuse', 'continue']).default('refuse'),
});

export const roomOf = (table: z.infer<typeof roomSchema>): RoomSetting => ({
  quotaBytes: table.quota_mb * 1024 * 1024,
  whenFull: table.when_full,
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
