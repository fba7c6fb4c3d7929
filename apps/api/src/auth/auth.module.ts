import { Global, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { AccessGuard } from './access.guard.js';
import { Actors } from './actors.js';
import { AttemptLimiter } from './attempt-limiter.js';
import { Sessions } from './sessions.js';

@Global()
@Module({
  providers: [Sessions, Actors, AttemptLimiter, { provide: APP_GUARD, useClass: AccessGuard }],
  exports: [Sessions, Actors, AttemptLimiter],
})
export class AuthModule {}
