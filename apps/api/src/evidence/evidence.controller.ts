import { Controller, HttpCode, Post, Req, UseGuards } from '@nestjs/common';
import { evidenceRequest } from '@postern/protocol/evidence';
import { PATHS } from '@postern/protocol/version';
import { AgentGuard, type AgentRequest } from '../agents/agent.guard.js';
import { parseBody } from '../agents/parse-body.js';
import { StoreEvidence } from './store-evidence.js';

@Controller()
@UseGuards(AgentGuard)
export class EvidenceController {
  constructor(private readonly storeEvidence: StoreEvidence) {}

  @Post(PATHS.evidence)
  @HttpCode(200)
  async push(@Req() request: AgentRequest): Promise<{ stored: number }> {
    const evidence = parseBody(evidenceRequest, request.body);
    return { stored: await this.storeEvidence.run(request.agent, evidence) };
  }
}
