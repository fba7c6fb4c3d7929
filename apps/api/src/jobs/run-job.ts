import { Injectable } from '@nestjs/common';
import { PosternError } from '@postern/core/errors';
import { SystemDb } from '../tenancy/system-db.js';
import { deleteWork, idsOfWork, noteFailure } from './outbox.store.js';
import { JobRegistry } from './registry.js';

/**
 * Runs a job and then forgets the outbox rows that asked for it: those that were there before it began, for it has seen their
 * changes. So work is lost neither with the queue nor with the worker; at worst it is done twice, which harms nothing.
 */
@Injectable()
export class RunJob {
  constructor(
    private readonly db: SystemDb,
    private readonly registry: JobRegistry,
  ) {}

  async run(job: string, payload: unknown): Promise<void> {
    const ids = await idsOfWork(this.db, job, payload);
    try {
      await this.registry.run(job, payload);
    } catch (error) {
      // What people read says no more than what is meant for people; the log has the rest.
      await noteFailure(this.db, ids, reasonOf(error)).catch(() => undefined);
      throw error;
    }
    await deleteWork(this.db, ids);
  }
}

const reasonOf = (error: unknown): string =>
  error instanceof PosternError ? error.message : 'something in the worker broke, as its log says';
