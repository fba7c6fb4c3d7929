import { Module } from '@nestjs/common';
import { PublishPolicyJob } from './publish-policy.job.js';
import { PublishPolicy } from './publish-policy.js';
import { SigningModule } from './signing.module.js';

/** The worker's part of policy. */
@Module({ imports: [SigningModule], providers: [PublishPolicy, PublishPolicyJob] })
export class PublishingModule {}
