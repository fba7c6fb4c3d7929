import { Global, Module } from '@nestjs/common';
import { AgentCredential } from '../auth/agent-credential.js';
import { AgentGuard } from './agent.guard.js';
import { AgentIdentities } from './agent-identities.js';
import { RecordRefusal } from './record-refusal.js';

/** Who an agent is: every feature with an endpoint for agents asks. */
@Global()
@Module({
  providers: [AgentIdentities, AgentCredential, AgentGuard, RecordRefusal],
  exports: [AgentIdentities, AgentCredential, AgentGuard, RecordRefusal],
})
export class AgentIdentityModule {}
