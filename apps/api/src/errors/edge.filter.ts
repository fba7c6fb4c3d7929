import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { toHttpAnswer } from './to-http.js';

/** The one place where errors leave: GraphQL's go on to its own formatter, the others become an HTTP answer. */
@Catch()
export class EdgeFilter implements ExceptionFilter {
  catch(error: unknown, host: ArgumentsHost): void {
    if (host.getType<string>() === 'graphql') throw error;
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const { status, body } = toHttpAnswer(error);
    if (status >= 500) request.log.error({ err: error }, 'request failed');
    if (!reply.sent && !reply.raw.headersSent) void reply.status(status).send(body);
  }
}
