import { Injectable } from '@nestjs/common';
import type { JobPayload } from '../jobs/catalog.js';
import { HandlesJob, type JobHandler } from '../jobs/registry.js';
import { PublishPolicy } from './publish-policy.js';

@Injectable()
@HandlesJob('policy.publish')
export class PublishPolicyJob implements JobHandler<'policy.publish'> {
  constructor(private readonly publish: PublishPolicy) {}

  async run(payload: JobPayload<'policy.publish'>): Promise<void> {
    await this.publish.run(payload);
  }
}
