import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { Config } from './config.js';
import { createLogger, NestLog } from './log.js';
import { workerModule } from './worker.module.js';

/** The worker, running when this resolves. `close()` waits for the jobs in hand. */
export async function createWorker(config: Config): Promise<INestApplicationContext> {
  const worker = await NestFactory.createApplicationContext(workerModule(config), {
    logger: new NestLog(createLogger(config.logLevel, 'worker')),
    abortOnError: false,
  });
  worker.enableShutdownHooks();
  return worker;
}
