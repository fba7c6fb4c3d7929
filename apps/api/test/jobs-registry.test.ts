import { Module } from '@nestjs/common';
import { DiscoveryModule, NestFactory } from '@nestjs/core';
import { describe, expect, it } from 'vitest';
import { JOBS, type JobName } from '../src/jobs/catalog.js';
import { HandlesJob, type JobHandler, JobRegistry } from '../src/jobs/registry.js';

const ran: unknown[] = [];

class Publish implements JobHandler<'policy.publish'> {
  async run(payload: unknown): Promise<void> {
    ran.push(payload);
  }
}
class PublishToo implements JobHandler<'policy.publish'> {
  async run(): Promise<void> {}
}
// Decorators are functions; called, they need no compiler option in tests.
for (const handler of [Publish, PublishToo]) HandlesJob('policy.publish')(handler);

/** Somebody for each of the other jobs. */
const OTHERS = (Object.keys(JOBS) as JobName[])
  .filter((job) => job !== 'policy.publish')
  .map((job) => {
    class Other implements JobHandler<JobName> {
      async run(): Promise<void> {}
    }
    HandlesJob(job)(Other);
    return Other;
  });

async function start(...handlers: (typeof Publish | typeof PublishToo)[]): Promise<JobRegistry> {
  class Registry {}
  Module({ imports: [DiscoveryModule], providers: [JobRegistry, ...OTHERS, ...handlers] })(Registry);
  const context = await NestFactory.createApplicationContext(Registry, {
    logger: false,
    abortOnError: false,
  });
  return context.get(JobRegistry);
}

describe('the job registry', () => {
  it('does not start with a job that nobody handles', async () => {
    await expect(start()).rejects.toThrow('job `policy.publish` has no handler');
  });

  it('does not start with a job that two handle', async () => {
    await expect(start(Publish, PublishToo)).rejects.toThrow(
      'job `policy.publish` has more than one handler',
    );
  });

  it('runs a job with a payload that fits, and no other', async () => {
    const registry = await start(Publish);
    const payload = {
      orgId: '01939f6a-7f00-7c3e-8a51-2f4f6f1c9d01',
      environmentId: '01939f6a-7f00-7c3e-8a51-2f4f6f1c9d02',
    };
    await registry.run('policy.publish', payload);
    expect(ran).toEqual([payload]);
    await expect(registry.run('policy.publish', { orgId: 'x' })).rejects.toThrow();
    await expect(registry.run('policy.unpublish', payload)).rejects.toThrow('nobody handles job');
    await expect(registry.run('toString', payload)).rejects.toThrow('nobody handles job');
    expect(ran).toHaveLength(1);
  });
});
