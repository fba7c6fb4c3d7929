import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import { GraphQLSchemaHost } from '@nestjs/graphql';
import { PosternError } from '@postern/core/errors';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  type DocumentNode,
  type ExecutionResult,
  GraphQLError,
  getOperationAST,
  parse,
  specifiedRules,
  subscribe,
  validate,
} from 'graphql';
import { toGraphqlAnswer } from '../errors/to-graphql.js';
import { RequestContext } from './context.js';
import { LIMITS } from './limits.js';

const COMMENT_EVERY_MS = 15_000;
/** Then the client connects anew, and is asked again who it is. */
const OPEN_MS = 10 * 60_000;
const MOST_STREAMS = 2_000;

/**
 * GraphQL subscriptions as Server-Sent Events, each a request of its own (the "distinct connections mode" of
 * https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md): passes every proxy, and `curl -N` reads it.
 */
@Controller('graphql')
export class GraphqlStreamController {
  private open = 0;

  constructor(private readonly host: GraphQLSchemaHost) {}

  @Get('stream')
  async stream(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Query() { query, variables }: { query?: unknown; variables?: unknown },
  ): Promise<void> {
    // A browser sends the session along from anywhere, so other sites are refused besides the cookie's SameSite.
    const site = request.headers['sec-fetch-site'];
    if (site !== undefined && site !== 'same-origin' && site !== 'none')
      throw new PosternError('auth.forbidden', 'requests from other sites are refused');
    if (this.open >= MOST_STREAMS)
      throw new PosternError('input.invalid', 'too many streams are open', { fix: 'ask again in a minute' });
    const document = this.read(query);
    const context = new RequestContext(request, reply);
    const events = await subscribe({
      schema: this.host.schema,
      document,
      variableValues: readVariables(variables),
      contextValue: context,
    });
    reply.hijack();
    reply.raw.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
      connection: 'close',
    });
    this.open += 1;
    try {
      await send(request, reply, events);
    } finally {
      this.open -= 1;
    }
  }

  private read(query: unknown): DocumentNode {
    const bad = (message: string) => new PosternError('input.invalid', message, { field: 'query' });
    let document: DocumentNode;
    try {
      document = parse(String(query ?? ''), { maxTokens: 2_000 });
    } catch {
      throw bad('`query` is not a GraphQL document');
    }
    const [error] = validate(this.host.schema, document, [...specifiedRules, ...LIMITS]);
    if (error) throw bad(error.message);
    if (getOperationAST(document)?.operation !== 'subscription')
      throw bad('`query` is not one subscription; send everything else to /graphql');
    return document;
  }
}

type Events = AsyncGenerator<ExecutionResult, void, void> | ExecutionResult;

async function send(request: FastifyRequest, reply: FastifyReply, events: Events): Promise<void> {
  const { raw } = reply;
  const write = (event: string, data: string) => raw.write(`event: ${event}\ndata: ${data}\n\n`);
  const next = (result: ExecutionResult) =>
    write(
      'next',
      JSON.stringify(result.errors ? toGraphqlAnswer(result, request.log, request.id).response : result),
    );
  raw.on('error', () => {});
  raw.write('retry: 2000\n\n');
  if (!(Symbol.asyncIterator in events)) next(events);
  else {
    const stop = () => void events.return().catch(() => undefined);
    const end = setTimeout(() => raw.end(), OPEN_MS);
    const comment = setInterval(() => raw.write(': still here\n\n'), COMMENT_EVERY_MS);
    raw.once('close', stop);
    try {
      for await (const result of events) {
        next(result);
        if (result.errors) break;
      }
    } catch (error) {
      next({
        errors: [
          error instanceof GraphQLError ? error : new GraphQLError('', { originalError: error as Error }),
        ],
      });
    } finally {
      clearTimeout(end);
      clearInterval(comment);
    }
  }
  write('complete', '{}');
  raw.end();
}

function readVariables(text: unknown): Record<string, unknown> {
  try {
    const given: unknown = JSON.parse(text === undefined ? '{}' : String(text));
    if (typeof given === 'object' && given !== null && !Array.isArray(given))
      return given as Record<string, unknown>;
  } catch {
    // told below
  }
  throw new PosternError('input.invalid', '`variables` is not a JSON object', { field: 'variables' });
}
