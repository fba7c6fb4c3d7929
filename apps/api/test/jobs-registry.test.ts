import { Injectable, Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { describe, expect, it } from 'vitest';
import { HandlesJob, type JobHandler, JobRegistry } from '../src/jobs/registry.js';

const ran: unknown[] = [];

@Injectable()
@HandlesJob('policy.publish')
class Publish implements JobHandler<'policy.publish'> {
  async run(payload: unknown): Promise<void> {
    ran.push(payload);
  }
}

@Injectable()
@HandlesJob('policy.publish')
class PublishToo implements JobHandler<'policy.publish'> {
  async run(): Promise<void> {}
}

@Module({ imports: [DiscoveryModule], providers: [JobRegistry] })
class Registry {}

const start = async (...providers: (typeof Publish | typeof PublishToo)[]) => {
  const module = await Test.createTestingModule({ imports: [Registry], providers }).compile();
  await module.init();
  return module.get(JobRegistry, { strict: false });
};

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
