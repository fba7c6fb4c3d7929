import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemClock } from '../src/clock.js';
import { PolicyHolder } from '../src/policy/policy-holder.js';

let dir: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'postern-policy-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

const holder = () =>
  new PolicyHolder({
    identity: {
      agentId: 'a',
      orgId: 'o',
      environmentId: 'e',
      authorizeUrl: 'http://127.0.0.1:1/authorize',
      signingKeys: [],
      privateKey: {},
    } as unknown as ConstructorParameters<typeof PolicyHolder>[0]['identity'],
    paths: { policyFile: join(dir, 'policy.json'), leaseFile: join(dir, 'lease.json') },
    clock: systemClock,
    events: { enforced: () => {}, refused: () => {}, changed: () => {} },
  });

it('keeps a revocation that comes between confirmations, whichever write would have ended last', async () => {
  for (let round = 0; round < 20; round++) {
    const policy = holder();
    await policy.reinstate();
    const confirmations = Array.from({ length: 5 }, () => policy.confirm());
    const revocation = policy.revoke();
    await Promise.all([...confirmations, revocation]);
    await policy.settled();
    const restarted = holder();
    await restarted.load();
    expect(restarted.state).toBe('revoked');
    await restarted.reinstate();
  }
});
