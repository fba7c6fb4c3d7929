import { Controller, HttpCode, Post, Req, UseGuards } from '@nestjs/common';
import { claimRequest, progressRequest, taskResult } from '@postern/protocol/tasks';
import { PATHS } from '@postern/protocol/version';
import { AgentGuard, type AgentRequest } from '../agents/agent.guard.js';
import { parseBody } from '../agents/parse-body.js';
import { TenantDb } from '../tenancy/tenant-db.js';
import { ClaimTask, noteProgress } from './claim-task.js';
import { recordResult } from './record-result.js';

@Controller()
@UseGuards(AgentGuard)
export class TasksController {
  constructor(
    private readonly db: TenantDb,
    private readonly claimTask: ClaimTask,
  ) {}

  @Post(PATHS.taskClaim)
  @HttpCode(200)
  async claim(@Req() { agent, body }: AgentRequest): Promise<{ task: string | null }> {
    return { task: await this.claimTask.run(agent, parseBody(claimRequest, body)) };
  }

  @Post(PATHS.taskProgress)
  @HttpCode(200)
  async progress(@Req() { agent, body }: AgentRequest): Promise<{ cancel: boolean }> {
    return { cancel: await noteProgress(this.db, agent, parseBody(progressRequest, body)) };
  }

  @Post(PATHS.taskResult)
  @HttpCode(200)
  async result(@Req() { agent, body }: AgentRequest): Promise<{ accepted: boolean }> {
    return { accepted: await recordResult(this.db, agent, parseBody(taskResult, body)) };
  }
}
