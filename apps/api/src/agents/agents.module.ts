import { Module } from '@nestjs/common';
import { SigningModule } from '../policy/signing.module.js';
import { AgentController } from './agent.controller.js';
import { AgentQueries } from './agent.queries.js';
import { AgentsResolver, ConsoleResolver, EnrolmentTokensResolver } from './agents.resolver.js';
import { AuthorizeConsole } from './authorize-console.js';
import { CreateEnrolmentToken } from './create-enrolment-token.js';
import { EnrolAgent } from './enrol-agent.js';
import { EnvironmentStatusQueries } from './environment-status.queries.js';
import { ConnectionHealthResolver, EnvironmentStatusResolver } from './environment-status.resolver.js';
import { IssueConsoleToken } from './issue-console-token.js';
import { RecordHeartbeat } from './record-heartbeat.js';
import { RevokeAgent } from './revoke-agent.js';

@Module({
  imports: [SigningModule],
  controllers: [AgentController],
  providers: [
    ...[AgentsResolver, EnrolmentTokensResolver, ConsoleResolver],
    ...[EnvironmentStatusResolver, ConnectionHealthResolver],
    ...[AgentQueries, EnvironmentStatusQueries],
    ...[CreateEnrolmentToken, EnrolAgent, RevokeAgent, RecordHeartbeat],
    ...[AuthorizeConsole, IssueConsoleToken],
  ],
})
export class AgentsModule {}
