import { Controller, HttpCode, Post, Req, UseGuards } from '@nestjs/common';
import {
  type AccessRequestResponse,
  type AdministratorsResponse,
  accessRequestRequest,
  administratorsRequest,
} from '@postern/protocol/console-kept';
import { PATHS } from '@postern/protocol/version';
import { AgentGuard, type AgentRequest } from '../agents/agent.guard.js';
import { parseBody } from '../agents/parse-body.js';
import { TenantDb } from '../tenancy/tenant-db.js';
import { administratorsFor } from './access-request.queries.js';
import { askForAccess } from './ask-for-access.js';

@Controller()
@UseGuards(AgentGuard)
export class AccessRequestsController {
  constructor(private readonly db: TenantDb) {}

  @Post(PATHS.accessRequests)
  @HttpCode(200)
  ask(@Req() request: AgentRequest): Promise<AccessRequestResponse> {
    return askForAccess(this.db, request.agent, parseBody(accessRequestRequest, request.body));
  }

  @Post(PATHS.administrators)
  @HttpCode(200)
  async administrators(@Req() request: AgentRequest): Promise<AdministratorsResponse> {
    const { personId } = parseBody(administratorsRequest, request.body);
    return { administrators: await administratorsFor(this.db, request.agent, personId) };
  }
}
