import { isRetried } from '@postern/core/reconcile';
import type { TaskResult } from '@postern/protocol/tasks';
import type { AgentIdentity } from '../agents/agent-identities.js';
import { enqueue } from '../jobs/enqueue.js';
import type { TenantDb } from '../tenancy/tenant-db.js';
import { lockTask, updateTask } from './task.store.js';

/** A lock that somebody holds, a database that restarts: about three minutes of tries, then a person has to look. */
const RETRIES_MAX = 6;
const RETRY_FIRST_MS = 5_000;

/**
 * Keeps the answer of an agent, and asks for what follows from it. The first answer counts; another agent's never does. What may
 * pass by itself is tried again later.
 */
export function recordResult(db: TenantDb, agent: AgentIdentity, result: TaskResult): Promise<boolean> {
  return db.withOrg(agent.orgId, async (tx) => {
    const task = await lockTask(tx, result.taskId);
    if (task?.state !== 'running' || task.agentId !== agent.id) return false;
    const { failure } = result;
    // Given up although nobody asked: the agent was stopped.
    const mayPass = result.status === 'cancelled' || (failure !== undefined && isRetried(failure.class));
    if (mayPass && task.attempts < RETRIES_MAX && !task.cancelAsked) {
      const wait = RETRY_FIRST_MS * 2 ** (task.attempts - 1);
      await updateTask(tx, task.id, {
        state: 'waiting',
        leaseUntil: null,
        ...(failure === undefined ? {} : { failure }),
        notBefore: new Date(Date.now() + wait * (0.75 + Math.random() / 2)),
      });
      return true;
    }
    await updateTask(tx, task.id, {
      state: result.status,
      leaseUntil: null,
      finishedAt: new Date(),
      result,
      ...(failure === undefined ? {} : { failure }),
    });
    await enqueue(tx, agent.orgId, 'reconcile.settle', { orgId: agent.orgId, taskId: task.id });
    return true;
  });
}
