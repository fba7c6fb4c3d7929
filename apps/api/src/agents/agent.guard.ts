import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { PosternError } from '@postern/core/errors';
import type { FastifyRequest } from 'fastify';
import { AgentCredential, AgentRevoked } from '../auth/agent-credential.js';
import type { AgentIdentity } from './agent-identities.js';
import { RecordRefusal } from './record-refusal.js';

/** A request of an agent, after the guard. */
export type AgentRequest = FastifyRequest & { agent: AgentIdentity; rawBody?: Buffer };

/** Lets a request pass that an enrolled agent signed. */
@Injectable()
export class AgentGuard implements CanActivate {
  constructor(
    private readonly credential: AgentCredential,
    private readonly refusals: RecordRefusal,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<AgentRequest>();
    const path = request.url.split('?')[0] ?? '';
    try {
      request.agent = await this.credential.verify({
        authorization: request.headers.authorization,
        method: request.method,
        path,
        body: request.rawBody ?? Buffer.alloc(0),
      });
      return true;
    } catch (error) {
      if (error instanceof PosternError) {
        request.log.warn({ code: error.code, path }, error.message);
        if (error instanceof AgentRevoked)
          await this.refusals.run(error.agent, {
            kind: 'agent.request_refused',
            reason: `the agent was revoked; it asked for \`${path}\``,
          });
      }
      throw error;
    }
  }
}
