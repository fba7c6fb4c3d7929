import { Injectable, SetMetadata, type Type } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { JOBS, type JobName, type JobPayload } from './catalog.js';

const HANDLES_JOB = 'postern:handles-job';

export interface JobHandler<N extends JobName> {
  run(payload: JobPayload<N>): Promise<void>;
}

/** Marks a provider as the handler of one entry of the catalogue. */
export const HandlesJob =
  <N extends JobName>(job: N) =>
  (target: Type<JobHandler<N>>): void => {
    SetMetadata(HANDLES_JOB, job)(target);
  };

/** Finds each job's handler among the providers; a worker with a job too few or a handler too many does not start. */
@Injectable()
export class JobRegistry {
  private readonly handlers = new Map<string, JobHandler<JobName>>();

  constructor(private readonly discovery: DiscoveryService) {}

  onModuleInit(): void {
    const problems: string[] = [];
    for (const { metatype, instance } of this.discovery.getProviders()) {
      const job: string | undefined = metatype ? Reflect.getMetadata(HANDLES_JOB, metatype) : undefined;
      if (job === undefined) continue;
      if (this.handlers.has(job)) problems.push(`job \`${job}\` has more than one handler`);
      this.handlers.set(job, instance);
    }
    for (const job of Object.keys(JOBS))
      if (!this.handlers.has(job)) problems.push(`job \`${job}\` has no handler`);
    if (problems.length > 0) throw new Error(problems.join('; '));
  }

  /** Runs a job by name. The payload is parsed here: what comes out of a queue is input like any other. */
  async run(job: string, payload: unknown): Promise<void> {
    const handler = this.handlers.get(job);
    if (!handler || !Object.hasOwn(JOBS, job)) throw new Error(`nobody handles job \`${job}\``);
    await handler.run(JOBS[job as JobName].parse(payload));
  }
}
