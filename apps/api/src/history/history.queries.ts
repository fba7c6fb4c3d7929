import type { HistoryRequest, HistoryResponse, PastStatement } from '@postern/protocol/console-kept';
import type { AgentIdentity } from '../agents/agent-identities.js';
import { boundedRead } from '../audit/audit.queries.js';
import { personOfAgent } from '../orgs/person-of-agent.js';
import type { TenantDb } from '../tenancy/tenant-db.js';
import { type HistoryRow, listStatements } from './history.store.js';

const PAGE = 50;

/**
 * What a person ran at consoles of the agent's environment: their own part of the audit trail, with what the trail has of each text and
 * no more.
 */
export async function listHistory(
  db: TenantDb,
  agent: AgentIdentity,
  { personId, words, after }: HistoryRequest,
): Promise<HistoryResponse> {
  const { orgId, environmentId } = agent;
  await db.withOrg(orgId, (tx) => personOfAgent(tx, agent, personId));
  const search = { userId: personId, environmentId, words, after, limit: PAGE + 1 };
  const found = await boundedRead(db, orgId, (client) => listStatements(client, search));
  const page = found.slice(0, PAGE);
  const last = found.length > PAGE ? page.at(-1) : undefined;
  return {
    statements: page.map(statementOf),
    next: last ? { at: last.at.toISOString(), id: last.id } : null,
  };
}

function statementOf({ id, at, event, status, rows, durationMs, sqlstate }: HistoryRow): PastStatement {
  const { connection, statement, decision, reason } = event;
  return {
    ...{ id, at: at.toISOString(), connection: connection?.slug ?? null },
    sql: statement?.text ?? '',
    kinds: statement?.kinds ?? [],
    isShortened: statement?.truncated ?? false,
    isRedacted: (statement?.redacted ?? []).length > 0,
    decision: decision ?? 'allowed',
    reason: reason ?? null,
    outcome: status === null ? null : { status, rows, durationMs: durationMs ?? 0, sqlstate },
  };
}
