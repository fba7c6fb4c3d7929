import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { toGraphqlAnswer } from './to-graphql.js';
import { toHttpAnswer } from './to-http.js';

const GRAPHQL_PATH = '/graphql';

/** The one place where errors leave: those of resolvers go on to GraphQL's formatter, the others become the route's answer. */
@Catch()
export class EdgeFilter implements ExceptionFilter {
  catch(error: unknown, host: ArgumentsHost): void {
    if (host.getType<string>() === 'graphql') throw error;
    const http = host.switchToHttp();
    answerError(error, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
  }
}

/** Answers in the form of the address that was asked. Fastify's own refusals, which Nest never sees, come here directly. */
export function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  if (reply.sent || reply.raw.headersSent) return;
  if (request.url.split('?')[0] === GRAPHQL_PATH) answerGraphql(error, request, reply);
  else answerHttp(error, request, reply);
}

/** Refused before any resolver ran: a broken body, a document that is not valid or asks too much. */
function answerGraphql(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const { statusCode, response } = toGraphqlAnswer({ errors: [error] }, request.log, request.id);
  void reply.status(statusCode).send(response);
}

function answerHttp(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const { status, body } = toHttpAnswer(error);
  if (status >= 500) request.log.error({ err: error }, 'request failed');
  if (status === 429) void reply.header('retry-after', '1');
  void reply.status(status).send(body);
}
