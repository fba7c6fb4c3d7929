import { Body, Controller, HttpCode, Post, Req, UseGuards } from '@nestjs/common';
import { type ConsoleTokenResponse, consoleTokenRequest } from '@postern/protocol/console-token';
import { type EnrolResponse, enrolRequest } from '@postern/protocol/enrolment';
import { type HeartbeatResponse, heartbeatRequest } from '@postern/protocol/heartbeat';
import { PATHS } from '@postern/protocol/version';
import { AgentGuard, type AgentRequest } from './agent.guard.js';
import { EnrolAgent } from './enrol-agent.js';
import { IssueConsoleToken } from './issue-console-token.js';
import { parseBody } from './parse-body.js';
import { RecordHeartbeat } from './record-heartbeat.js';

@Controller()
export class AgentController {
  constructor(
    private readonly enrolAgent: EnrolAgent,
    private readonly recordHeartbeat: RecordHeartbeat,
    private readonly issueConsoleToken: IssueConsoleToken,
  ) {}

  @Post(PATHS.enrol)
  enrol(@Body() body: unknown): Promise<EnrolResponse> {
    return this.enrolAgent.run(parseBody(enrolRequest, body));
  }

  @Post(PATHS.heartbeat)
  @HttpCode(200)
  @UseGuards(AgentGuard)
  async heartbeat(@Req() request: AgentRequest): Promise<HeartbeatResponse> {
    const heartbeat = parseBody(heartbeatRequest, request.body);
    return { policyVersion: await this.recordHeartbeat.run(request.agent, heartbeat) };
  }

  @Post(PATHS.consoleToken)
  @HttpCode(200)
  @UseGuards(AgentGuard)
  async consoleToken(@Req() request: AgentRequest): Promise<ConsoleTokenResponse> {
    const exchange = parseBody(consoleTokenRequest, request.body);
    return { token: await this.issueConsoleToken.run(request.agent, exchange) };
  }
}
