import { connect } from 'node:net';
import { findRedisBinary, type RedisServer, startRedis } from '@postern/infra/redis';
import type { Stack } from '@postern/infra/stack';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, testStack } from '../stack.js';
import { ReconcilePeople } from './reconcile-people.js';

/** How often the kills are gone through; more by hand. */
const ROUNDS = Number(process.env.POSTERN_RECONCILE_ROUNDS ?? 1);

/** A brownfield database is adopted, changed and kept, while agent, worker and Redis die at every step. */
describe.skipIf(findRedisBinary() === undefined)('roles from the control plane', () => {
  let stack: Stack;
  let people: ReconcilePeople;
  let redis: RedisServer | undefined;
  let manifest: string;
  let port: number;

  beforeAll(async () => {
    stack = await testStack({ queue: 'redis', web: false });
    if (stack.queue.backend !== 'redis') throw new Error('the stack took another queue than asked');
    port = Number(new URL(stack.queue.url).port);
    people = await ReconcilePeople.of(stack);
  });
  afterAll(async () => {
    // BullMQ's clients go before the Redis that is ours.
    await stack?.services.worker.stop();
    await redis?.stop();
    await stack?.stop();
  });

  const pidOfRedis = () =>
    redis?.pid ?? (stack.queue.backend === 'redis' ? stack.queue.server?.pid : undefined);
  /** All that Redis knows goes, while it runs. */
  const flushRedis = () =>
    new Promise<void>((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => socket.write('FLUSHALL\r\n'));
      socket.once('data', (answer) => {
        socket.destroy();
        if (answer.toString().startsWith('+OK')) resolve();
        else reject(new Error(answer.toString()));
      });
      socket.once('error', reject);
    });
  /** SIGKILL: what it knew is gone. */
  async function killRedis(): Promise<void> {
    const pid = pidOfRedis();
    if (pid === undefined) throw new Error('no redis to kill');
    process.kill(pid, 'SIGKILL');
    await eventually(
      () =>
        fetch(`http://127.0.0.1:${port}`).then(
          () => 'there',
          (error: { cause?: { code?: string } }) => error.cause?.code,
        ),
      (code) => code === 'ECONNREFUSED',
    );
  }
  /** Each plan's steps happened, and each once. */
  const expectOnce = async (planId: string) =>
    expect((await people.recorded(planId)).sort()).toEqual([
      'role_plan.applied',
      'role_plan.approved',
      'role_plan.made',
      'role_plan.requested',
    ]);
  const analytics = (n: number) =>
    manifest
      .replace('roles:\n', `roles:\n  - name: analytics_${n}\n    login: true\n`)
      .replace(/(- role: shop_readers\n {4}members:\n)/, `$1      - name: analytics_${n}\n`);

  it('adopts what is there: nothing has to change', async () => {
    manifest = await people.generate();
    expect(manifest).toContain('shop_readers');
    const { id } = await people.save(manifest);
    expect((await people.until(id, 'APPLIED')).changeCount).toBe(0);
    expect((await people.status()).status.state).toBe('CONVERGED');
  });

  for (let round = 1; round <= ROUNDS; round += 1) {
    it(`round ${round}: worker killed before each of its steps, Redis emptied in between`, async () => {
      await stack.services.worker.kill();
      const { id } = await people.save(analytics(round));
      expect((await people.plan(id)).state).toBe('DRAFT');
      await flushRedis();
      await stack.services.worker.start();
      const plan = await people.until(id, 'PENDING');
      await stack.services.worker.kill();
      await people.approve(plan);
      await flushRedis();
      await stack.services.worker.start();
      await people.until(id, 'APPLIED');
      expect(await people.members('shop_readers')).toContain(`analytics_${round}`);
      await expectOnce(id);
    });

    it(`round ${round}: agent killed in the middle of an apply leaves nothing, and the next one does it`, async () => {
      const before = await people.members('shop_readers');
      const { id } = await people.save(`${analytics(round + 1000)}`);
      const plan = await people.until(id, 'PENDING');
      // Who writes pg_auth_members waits for this one, so the apply has begun and cannot end.
      const holder = new pg.Client({ connectionString: stack.postgres.superuserUrl('shop') });
      await holder.connect();
      await holder.query('begin; lock table pg_auth_members in share mode');
      try {
        await people.approve(plan);
        await people.until(id, 'APPLYING');
        await stack.services.agent.kill();
      } finally {
        await holder.end();
      }
      expect(await people.members('shop_readers')).toEqual(before);
      expect((await people.plan(id)).state).toBe('APPLYING');
      await people.endLeases();
      await stack.services.agent.start();
      await people.until(id, 'APPLIED');
      expect(await people.members('shop_readers')).toContain(`analytics_${round + 1000}`);
      await expectOnce(id);
    });

    it(`round ${round}: agent away while it is planned and approved`, async () => {
      await stack.services.agent.kill();
      const { id } = await people.save(analytics(round + 2000));
      await people.until(id, 'PLANNING');
      await stack.services.agent.start();
      const plan = await people.until(id, 'PENDING');
      await stack.services.agent.kill();
      await people.approve(plan);
      await flushRedis();
      await new Promise((resolve) => setTimeout(resolve, 500));
      expect((await people.plan(id)).state).toBe('APPROVED');
      await stack.services.agent.start();
      await people.until(id, 'APPLIED');
      await expectOnce(id);
    });

    it(`round ${round}: Redis killed before plan and apply; a change behind Postern’s back is found and undone`, async () => {
      await people.sql('shop', 'revoke shop_readers from support_tool granted by shop_dba');
      await people.sql('shop', 'grant select on payments to reporting');
      await people.scan();
      const { drift } = await eventually(
        () => people.status(),
        ({ status }) => status.state === 'DRIFTED',
        60_000,
      );
      expect(drift?.changeCount).toBeGreaterThanOrEqual(2);
      await killRedis();
      const id = await people.planForDrift(drift?.id ?? '');
      redis = await startRedis({ port });
      const plan = await people.until(id, 'PENDING');
      await killRedis();
      await people.approve(plan);
      redis = await startRedis({ port });
      await people.until(id, 'APPLIED');
      expect(await people.members('shop_readers')).toContain('support_tool');
      expect((await people.status()).status.state).toBe('CONVERGED');
      await expectOnce(id);
      await people.scan();
      await new Promise((resolve) => setTimeout(resolve, 300));
      expect((await people.status()).drift).toBeNull();
    });
  }
});
