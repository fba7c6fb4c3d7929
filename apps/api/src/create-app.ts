import { randomUUID } from 'node:crypto';
import cookie from '@fastify/cookie';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { type FastifyInstance, LogController } from 'fastify';
import { appModule } from './app.module.js';
import type { Config } from './config.js';
import { answerError } from './errors/edge.filter.js';
import { createLogger, NestLog } from './log.js';
import { leavePushesUnparsed, unpackRequests } from './packed-requests.js';
import { guardGraphql, logRequests } from './request-rules.js';

const BODY_LIMIT = 1_048_576;
/** Requests in hand have this long at shutdown; kept-alive connections without one would hold it up for more than a minute. */
const SHUTDOWN_GRACE_MS = 3_000;

/** The api, wired and not yet listening: main listens, tests inject. */
export async function createApp(config: Config): Promise<NestFastifyApplication> {
  const logger = createLogger(config.logLevel, 'api');
  const adapter = new FastifyAdapter({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => randomUUID(),
    bodyLimit: BODY_LIMIT,
    // The web app hands requests on; a proxy elsewhere than in a private network is not believed.
    trustProxy: ['loopback', 'uniquelocal'],
  });
  leavePushesUnparsed(adapter, BODY_LIMIT);
  const app = await NestFactory.create<NestFastifyApplication>(appModule(config), adapter, {
    logger: new NestLog(logger),
    abortOnError: false,
    rawBody: true, // agents sign the bytes of their requests
  });
  const fastify: FastifyInstance = app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
  // A route keeps the error handler of the moment it is registered, so ours comes first and Nest's second one not at all.
  fastify.setErrorHandler(answerError);
  adapter.setErrorHandler = () => fastify;
  await fastify.register(cookie);
  logRequests(fastify);
  unpackRequests(fastify);
  guardGraphql(fastify, config.webUrl);
  fastify.addHook('preClose', async () => {
    setTimeout(() => fastify.server.closeAllConnections(), SHUTDOWN_GRACE_MS).unref();
  });
  app.enableShutdownHooks();
  await app.init();
  return app;
}
