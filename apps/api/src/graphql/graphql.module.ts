import { GraphQLModule } from '@nestjs/graphql';
import { MercuriusDriver, type MercuriusDriverConfig } from '@nestjs/mercurius';
import type { FastifyRequest } from 'fastify';
import { toGraphqlAnswer } from '../errors/to-graphql.js';
import { RequestContext } from './context.js';
import { LIMITS, MAX_DEPTH } from './limits.js';

/** GraphQL for people and integrations. One operation a request: no batches, no subscriptions, no playground. */
export const graphqlModule = GraphQLModule.forRoot<MercuriusDriverConfig>({
  driver: MercuriusDriver,
  autoSchemaFile: true,
  sortSchema: true,
  jit: 1,
  queryDepth: MAX_DEPTH,
  graphiql: false,
  // Mercurius would answer every route's errors in GraphQL's form; EdgeFilter knows which is whose.
  errorHandler: false,
  allowBatchedQueries: false,
  validationRules: LIMITS,
  context: (request: FastifyRequest, reply: RequestContext['reply']) => new RequestContext(request, reply),
  errorFormatter: (execution, context) => {
    const { request } = context as unknown as RequestContext;
    return toGraphqlAnswer(execution, request.log, request.id);
  },
});
