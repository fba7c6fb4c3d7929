import fc from 'fast-check';
import { afterAll, beforeAll, it } from 'vitest';
import type { OrgActor } from '../src/tenancy/actor.js';
import { startTestApp, type TestApp } from './app.js';
import { type Company, enrolAgent, signUpCompany } from './company.js';
import { join } from './people.js';
import { type Act, Sequence } from './reconcile-sequence.js';
import { reconciling } from './reconcile-world.js';

/** More by hand: `POSTERN_RECONCILE_RUNS=500`. */
const RUNS = Number(process.env.POSTERN_RECONCILE_RUNS ?? 12);
const LONGEST = 40;

let api: TestApp;
let company: Company;
let approver: OrgActor;
let counter = 0;

beforeAll(async () => {
  api = await startTestApp();
  company = await signUpCompany(api, 'acme');
  const bob = await join(api, company, 'bob', 'admin');
  approver = actor(bob);
});
afterAll(() => api?.close());

const actor = ({ userId, email }: { userId: string; email: string }): OrgActor => ({
  orgId: company.orgId,
  userId,
  email,
  name: email,
  role: 'admin',
});

const pick = fc.nat({ max: 20 });
const agent = fc.nat({ max: 1 });
const plain = (...types: readonly (Act & { readonly alone?: never })['type'][]) =>
  fc.constantFrom(...types).map((type) => ({ type }) as Act);
/** What brings a plan forward is more likely than what gets in its way, or little would be reached. */
const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 2, arbitrary: plain('save') },
  { weight: 1, arbitrary: plain('request', 'drift', 'scan', 'expire', 'redisLost', 'reject', 'cancel') },
  { weight: 2, arbitrary: plain('silence') },
  { weight: 6, arbitrary: fc.record({ type: fc.constant('job' as const), pick, crash: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('late' as const), pick }) },
  { weight: 6, arbitrary: fc.record({ type: fc.constant('claim' as const), agent }) },
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant('work' as const),
      agent,
      how: fc.constantFrom(
        ...([
          'answer',
          'answer',
          'answer',
          'die',
          'dieAfterCommit',
          'transient',
          'progress',
          'permission',
          'giveUp',
        ] as const),
      ),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant('approve' as const),
      stale: fc.integer({ min: 0, max: 5 }).map((n) => n === 0),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('race' as const),
      of: fc.constantFrom(
        ...([
          'approve+reject',
          'claims',
          'claim+reject',
          'claim+save',
          'cancel+answer',
          'cancel+claim',
        ] as const),
      ),
    }),
  },
);

it('whatever comes in whatever order: one live plan, nothing applied that was not approved, nothing twice, nothing left', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(act, { minLength: 8, maxLength: LONGEST }), async (acts) => {
      counter += 1;
      const world = await reconciling(api, company, counter);
      const agents = [world.agent, await enrolAgent(api, world.company)].map(
        ({ agentId: id, environmentId, orgId }) => ({ id, environmentId, orgId }),
      );
      const author = actor(company);
      await api.database.owner.query('delete from outbox where org_id = $1', [company.orgId]);
      const sequence = new Sequence(api, { author, approver }, agents as never, {
        id: world.connectionId,
        slug: world.slug,
      });
      await sequence.act({ type: 'save' });
      for (const each of acts) await sequence.act(each);
      await sequence.settle();
    }),
    { numRuns: RUNS, endOnFailure: false },
  );
}, 600_000);
