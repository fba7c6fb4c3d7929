import { z } from 'zod';
import { input, parseInput } from '../errors/parse-input.js';
import type { ConnectionRow, ConnectionSettings } from './connection.store.js';

const DAY_MS = 86_400_000;

/** GraphQL says null for "not given"; stores say undefined. */
const optional = <S extends z.ZodType>(schema: S) =>
  schema.nullish().transform((value) => value ?? undefined);

const settings = z.object({
  name: input.name,
  description: optional(input.description),
  statementTimeoutMs: optional(input.positive('ms', DAY_MS)),
  lockTimeoutMs: optional(input.positive('ms', DAY_MS)),
  idleInTransactionTimeoutMs: optional(input.positive('ms', DAY_MS)),
  rowCap: optional(input.positive('rows', 1_000_000)),
  auditMode: optional(z.enum(['strict', 'batched'])),
});

/** The part of a connection's input that create and update have in common; errors name the field below `input`. */
export function parseSettings(given: unknown): ConnectionSettings {
  return parseInput(z.object({ input: settings }), { input: given }).input;
}

/** What the audit trail keeps of a connection. */
export function auditedConnection(row: ConnectionRow): Record<string, unknown> {
  const { id: _id, orgId: _org, environmentId: _environment, createdAt: _created, ...audited } = row;
  return audited;
}
