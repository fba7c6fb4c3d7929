import { Controller, Get, Req, Res, UseGuards } from '@nestjs/common';
import { PosternError } from '@postern/core/errors';
import { parsePolicyEtag, policyEtag } from '@postern/protocol/policy-pull';
import { PATHS } from '@postern/protocol/version';
import type { FastifyReply } from 'fastify';
import { AgentGuard, type AgentRequest } from '../agents/agent.guard.js';
import { NewestBundle } from './newest-bundle.js';
import { StreamHub } from './stream-hub.js';

@Controller()
@UseGuards(AgentGuard)
export class PolicyController {
  constructor(
    private readonly newest: NewestBundle,
    private readonly hub: StreamHub,
  ) {}

  @Get(PATHS.policy)
  async pull(@Req() { agent, headers }: AgentRequest, @Res() reply: FastifyReply): Promise<void> {
    const known = parsePolicyEtag(headers['if-none-match']);
    const bundle = await this.newest.newerThan(agent.orgId, agent.environmentId, known);
    if (bundle === undefined)
      throw new PosternError('policy.none', 'no policy has been published for this environment yet');
    if (bundle === 'current') return void reply.status(304).send();
    void reply
      .header('etag', policyEtag(bundle.version))
      .header('cache-control', 'no-store')
      .type('application/jose')
      .send(bundle.jws);
  }

  @Get(PATHS.stream)
  async stream(@Req() { agent, headers }: AgentRequest, @Res() reply: FastifyReply): Promise<void> {
    reply.hijack();
    reply.raw.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
      connection: 'close', // ended is closed: a kept-alive socket would hold up the shutdown
    });
    const known = Number(headers['last-event-id']);
    await this.hub.open(agent, reply.raw, Number.isSafeInteger(known) ? known : 0);
  }
}
