import { Injectable } from '@nestjs/common';
import type { JobPayload } from '../jobs/catalog.js';
import { HandlesJob, type JobHandler } from '../jobs/registry.js';
import { Deliver } from './deliver.js';

@Injectable()
@HandlesJob('webhook.deliver')
export class DeliverJob implements JobHandler<'webhook.deliver'> {
  constructor(private readonly deliver: Deliver) {}

  run(payload: JobPayload<'webhook.deliver'>): Promise<void> {
    return this.deliver.run(payload);
  }
}
