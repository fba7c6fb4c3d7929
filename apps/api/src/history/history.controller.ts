import { Controller, HttpCode, Post, Req, UseGuards } from '@nestjs/common';
import { type HistoryResponse, historyRequest } from '@postern/protocol/console-kept';
import { PATHS } from '@postern/protocol/version';
import { AgentGuard, type AgentRequest } from '../agents/agent.guard.js';
import { parseBody } from '../agents/parse-body.js';
import { TenantDb } from '../tenancy/tenant-db.js';
import { listHistory } from './history.queries.js';

@Controller()
@UseGuards(AgentGuard)
export class HistoryController {
  constructor(private readonly db: TenantDb) {}

  @Post(PATHS.history)
  @HttpCode(200)
  list(@Req() request: AgentRequest): Promise<HistoryResponse> {
    return listHistory(this.db, request.agent, parseBody(historyRequest, request.body));
  }
}
