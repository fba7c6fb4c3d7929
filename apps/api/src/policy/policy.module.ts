import { Module } from '@nestjs/common';
import { NewestBundle } from './newest-bundle.js';
import { PolicyController } from './policy.controller.js';
import { StreamHub } from './stream-hub.js';

/** The api's part of policy: what agents pull, and what they are told of. */
@Module({ controllers: [PolicyController], providers: [NewestBundle, StreamHub] })
export class PolicyModule {}
