import { Injectable } from '@nestjs/common';
import type { JobPayload } from '../jobs/catalog.js';
import { HandlesJob, type JobHandler } from '../jobs/registry.js';
import { Forward } from './forward.js';

@Injectable()
@HandlesJob('integration.forward')
export class ForwardJob implements JobHandler<'integration.forward'> {
  constructor(private readonly forward: Forward) {}

  run(payload: JobPayload<'integration.forward'>): Promise<void> {
    return this.forward.run(payload);
  }
}
