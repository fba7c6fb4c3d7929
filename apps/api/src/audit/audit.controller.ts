import { Controller, HttpCode, Post, Req, UseGuards } from '@nestjs/common';
import {
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
    parseBody(auditPushRequest, request.body);
    const { events } = request.body as AuditPushRequest;
    return { ackedSeq: await this.ingest.run(request.agent, events) };
  }
}
