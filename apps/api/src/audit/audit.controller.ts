import { Controller, HttpCode, Post, Req, UseGuards } from '@nestjs/common';
import { isPlainLink } from '@postern/core/audit';
import {
  AUDIT_BATCH_MAX,
  type AuditPushRequest,
  type AuditPushResponse,
  auditPushRequest,
} from '@postern/protocol/audit-push';
import { PATHS } from '@postern/protocol/version';
import { AgentGuard, type AgentRequest } from '../agents/agent.guard.js';
import { parseBody } from '../agents/parse-body.js';
import { IngestAudit } from './ingest-audit.js';

@Controller()
@UseGuards(AgentGuard)
export class AuditController {
  constructor(private readonly ingest: IngestAudit) {}

  @Post(PATHS.audit)
  @HttpCode(200)
  async push(@Req() request: AgentRequest): Promise<AuditPushResponse> {
    if (!isPlainPush(request.body)) parseBody(auditPushRequest, request.body);
    const { events } = request.body as AuditPushRequest;
    return { ackedSeq: await this.ingest.run(request.agent, events) };
  }
}

/** What almost every push is; the schema says what is wrong with any other. */
function isPlainPush(body: unknown): boolean {
  const events = (body as { events?: unknown } | null | undefined)?.events;
  return (
    Array.isArray(events) &&
    events.length > 0 &&
    events.length <= AUDIT_BATCH_MAX &&
    events.every(isPlainLink)
  );
}
