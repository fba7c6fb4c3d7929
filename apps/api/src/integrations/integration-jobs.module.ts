import { Module } from '@nestjs/common';
import { SigningModule } from '../policy/signing.module.js';
import { DeliverJob } from './deliver.job.js';
import { Deliver } from './deliver.js';
import { ForwardJob } from './forward.job.js';
import { Forward } from './forward.js';
import { IntegrationSweep } from './integration-sweep.js';
import { SecretBox } from './secret-box.js';
import { Sender } from './sender.js';

/** The worker's part of integrations. */
@Module({
  imports: [SigningModule],
  providers: [SecretBox, Sender, Deliver, DeliverJob, Forward, ForwardJob, IntegrationSweep],
})
export class IntegrationJobsModule {}
