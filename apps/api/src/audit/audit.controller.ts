import { Controller, HttpCode, Post, Req, UseGuards } from '@nestjs/common';
import type { AuditPushResponse } from '@postern/protocol/audit-push';
import { PATHS } from '@postern/protocol/version';
import { AgentGuard, type AgentRequest } from '../agents/agent.guard.js';
import { IngestAudit } from './ingest-audit.js';

@Controller()
@UseGuards(AgentGuard)
export class AuditController {
  constructor(private readonly ingest: IngestAudit) {}

  @Post(PATHS.audit)
  @HttpCode(200)
  async push(@Req() request: AgentRequest): Promise<AuditPushResponse> {
    return { ackedSeq: await this.ingest.run(request.agent, request.rawBody ?? Buffer.alloc(0)) };
  }
}
