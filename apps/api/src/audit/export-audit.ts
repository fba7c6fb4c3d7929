import { Injectable } from '@nestjs/common';
import type { AuditOutcome } from '@postern/core/audit';
import { v7 as uuidv7 } from 'uuid';
import { type ChainLinkRow, type ChainSpan, readChains } from '../audit-proof/chain.queries.js';
import { Clock } from '../clock.js';
import { auditActorOf, type OrgActor } from '../tenancy/actor.js';
import { TenantDb } from '../tenancy/tenant-db.js';
import { AuditQueries } from './audit.queries.js';
import type { AuditSearch } from './audit-filter.js';
import { csvLine } from './csv.js';
import { recordChange } from './record-change.js';
import type { AuditKey, AuditRow } from './search.store.js';

export const EXPORT_FORMATS = ['csv', 'jsonl'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** Events read at a time: all that an export holds in memory. */
const PIECE = 500;

const COLUMNS: readonly [name: string, of: (row: AuditRow) => string | number | null | undefined][] = [
  ['at', ({ at }) => at.toISOString()],
  ['kind', ({ event }) => event.kind],
  ['actor_type', ({ event }) => event.actor.type],
  ['actor', ({ event }) => event.actor.label],
  ['actor_id', ({ event }) => event.actor.id],
  ['decision', ({ event }) => event.decision],
  ['connection', ({ event }) => event.connection?.slug],
  ['path', ({ event }) => event.path],
  ['statement', ({ event }) => event.statement?.text],
  ['statement_sha256', ({ event }) => event.statement?.sha256],
  ['statement_truncated', ({ event }) => event.statement && String(event.statement.truncated)],
  ['relations', ({ event }) => event.relations?.join(' ')],
  ['required', ({ event }) => event.required?.join(' ')],
  ['missing', ({ event }) => event.missing?.join(' ')],
  ['rule_ids', ({ event }) => event.ruleIds?.join(' ')],
  ['policy_version', ({ event }) => event.policyVersion],
  ['reason', ({ event }) => event.reason],
  ['target', ({ event }) => event.target && `${event.target.type} ${event.target.label}`],
  ['outcome', ({ outcome }) => outcome?.status],
  ['rows', ({ outcome }) => outcome?.rows],
  ['duration_ms', ({ outcome }) => outcome?.durationMs],
  ['sqlstate', ({ outcome }) => outcome?.sqlstate],
  ['client_address', ({ event }) => event.client?.address],
  ['client_application', ({ event }) => event.client?.application],
  ['session_id', ({ event }) => event.sessionId],
  ['agent_id', ({ agentId }) => agentId],
  ['seq', ({ seq }) => seq],
  ['hash', ({ hash }) => hash],
  ['id', ({ id }) => id],
];

/** The event as it was recorded, to the letter, and in `chain` what is known around it: so its hash can be made again. */
const jsonLine = (event: object, around: object): string =>
  `${JSON.stringify({ ...event, chain: around })}\n`;

const LINE: Record<ExportFormat, (row: AuditRow) => string> = {
  csv: (row) => csvLine(COLUMNS.map(([, of]) => of(row))),
  jsonl: ({ event, outcome, agentId, seq, hash, receivedAt }) => {
    const ended = outcome && event.outcome === undefined ? { outcome } : {};
    return jsonLine(event, { agentId, seq, hash, receivedAt, ...ended });
  },
};

const linkLine = ({ text, agentId, seq, hash, receivedAt }: ChainLinkRow): string =>
  jsonLine(JSON.parse(text), { agentId, seq, hash, receivedAt });

/** A search that leaves nothing of a chain out is exported chain by chain, with the ends of statements: it can be verified. */
const WHOLE_CHAINS: readonly string[] = ['from', 'to', 'agentId'];

const HEAD: Record<ExportFormat, string> = { csv: csvLine(COLUMNS.map(([name]) => name)), jsonl: '' };

/**
 * Events of a search as a file, in pieces: memory stays flat, however many there are. That somebody takes the trail out is itself
 * in it, before the first byte; and how it ended.
 */
@Injectable()
export class ExportAudit {
  constructor(
    private readonly db: TenantDb,
    private readonly audit: AuditQueries,
    private readonly clock: Clock,
  ) {}

  /** Answers once the search is known to be good and the export is recorded. */
  async start(actor: OrgActor, search: AuditSearch, format: ExportFormat): Promise<AsyncGenerator<string>> {
    // What arrives while it runs is not in it.
    const until = { ...search, to: search.to ?? this.clock.now() };
    const conditions = await this.audit.conditions(actor, until);
    const first = await this.audit.page(actor, conditions, { limit: PIECE });
    const isWhole = format === 'jsonl' && Object.keys(search).every((field) => WHOLE_CHAINS.includes(field));
    const id = await this.recordStart(actor, until, format);
    const pieces = isWhole
      ? this.chains(actor, search)
      : this.found(format, first, (cursor) => this.audit.page(actor, conditions, { cursor, limit: PIECE }));
    return this.lines(actor, format, id, pieces);
  }

  private async *chains(actor: OrgActor, span: ChainSpan): AsyncGenerator<string[]> {
    for await (const links of readChains(this.db, actor.orgId, span, PIECE)) yield links.map(linkLine);
  }

  private async *found(
    format: ExportFormat,
    first: AuditRow[],
    next: (cursor: AuditKey) => Promise<AuditRow[]>,
  ): AsyncGenerator<string[]> {
    for (let rows = first; rows.length > 0; ) {
      yield rows.map(LINE[format]);
      const last = rows.at(-1);
      rows = last && rows.length === PIECE ? await next({ at: last.at.toISOString(), id: last.id }) : [];
    }
  }

  private async *lines(
    actor: OrgActor,
    format: ExportFormat,
    exportId: string,
    pieces: AsyncGenerator<string[]>,
  ): AsyncGenerator<string> {
    const startedAt = this.clock.now().getTime();
    let count = 0;
    // Closed early by whoever downloads: cancelled.
    let status: AuditOutcome['status'] = 'cancelled';
    try {
      yield HEAD[format];
      for await (const lines of pieces) {
        count += lines.length;
        yield lines.join('');
      }
      status = 'succeeded';
    } catch (error) {
      status = 'failed';
      throw error;
    } finally {
      const durationMs = Math.max(0, this.clock.now().getTime() - startedAt);
      await this.recordEnd(actor, exportId, { status, rows: count, durationMs, sqlstate: null });
    }
  }

  private async recordStart(actor: OrgActor, search: AuditSearch, format: ExportFormat): Promise<string> {
    const id = uuidv7();
    await this.db.withOrg(actor.orgId, (tx) =>
      recordChange(tx, actor.orgId, {
        kind: 'audit.export_started',
        actor: auditActorOf(actor),
        target: { type: 'audit_export', id, label: format },
        after: { format, filter: JSON.parse(JSON.stringify(search)) },
      }),
    );
    return id;
  }

  private recordEnd(actor: OrgActor, id: string, outcome: AuditOutcome): Promise<void> {
    return this.db.withOrg(actor.orgId, (tx) =>
      recordChange(tx, actor.orgId, {
        kind: 'audit.export_finished',
        actor: auditActorOf(actor),
        target: { type: 'audit_export', id, label: `${outcome.rows} events` },
        outcome,
      }),
    );
  }
}
