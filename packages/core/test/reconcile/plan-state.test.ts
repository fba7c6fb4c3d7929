import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type ApprovalRules,
  isLive,
  LIVE_PLAN_STATES,
  PLAN_STATES,
  PLAN_TRANSITIONS,
  type PlanEffects,
  type PlanEvent,
  type PlanFacts,
  planStep,
} from '../../src/reconcile/index.js';

const EFFECTS: PlanEffects = { digest: 'd1', systemIdentifier: '71', manifestVersion: 3 };
const OPEN: ApprovalRules = { fourEyes: false, approvers: null };
const at = (state: PlanFacts['state'], more: Partial<PlanFacts> = {}): PlanFacts => ({
  state,
  author: 'ann',
  effects: EFFECTS,
  ...more,
});
const approvedBy = (by: string, effects = EFFECTS): PlanEvent => ({ type: 'approved', by, effects });

describe('the life of a plan', () => {
  it('runs from draft to applied', () => {
    const events: PlanEvent[] = [
      { type: 'plan_started' },
      { type: 'plan_made', changes: 2 },
      approvedBy('bob'),
      { type: 'apply_started' },
      { type: 'applied' },
    ];
    const seen: PlanFacts['state'][] = ['draft'];
    for (const event of events) {
      const step = planStep(at(seen.at(-1) ?? 'draft'), event, OPEN);
      if (!('to' in step)) throw new Error(step.refused);
      seen.push(step.to);
    }
    expect(seen).toEqual(['draft', 'planning', 'pending', 'approved', 'applying', 'applied']);
  });

  it('needs no approval when nothing changes', () => {
    expect(planStep(at('planning'), { type: 'plan_made', changes: 0 }, OPEN)).toEqual({ to: 'applied' });
  });

  it('lets a rejection win until the agent has begun', () => {
    expect(planStep(at('approved'), { type: 'rejected' }, OPEN)).toEqual({ to: 'rejected' });
    expect(planStep(at('rejected'), approvedBy('bob'), OPEN)).toEqual({ refused: 'not_pending' });
    expect(planStep(at('rejected'), { type: 'apply_started' }, OPEN)).toEqual({ refused: 'late' });
    expect(planStep(at('applying'), { type: 'rejected' }, OPEN)).toEqual({ refused: 'being_applied' });
  });

  it('binds an approval to digest, server and manifest', () => {
    for (const other of [
      { ...EFFECTS, digest: 'd2' },
      { ...EFFECTS, systemIdentifier: '72' },
      { ...EFFECTS, manifestVersion: 4 },
    ])
      expect(planStep(at('pending'), approvedBy('bob', other), OPEN)).toEqual({ refused: 'effects_differ' });
  });

  it('keeps authors from approving their own, and strangers from approving at all', () => {
    const rules = { fourEyes: true, approvers: new Set(['ann', 'bob']) };
    expect(planStep(at('pending'), approvedBy('ann'), rules)).toEqual({ refused: 'own_manifest' });
    expect(planStep(at('pending'), approvedBy('cleo'), rules)).toEqual({ refused: 'not_an_approver' });
    expect(planStep(at('pending'), approvedBy('bob'), rules)).toEqual({ to: 'approved' });
  });
});

const event = fc.oneof<fc.Arbitrary<PlanEvent>[]>(
  fc.constantFrom<PlanEvent>(
    { type: 'plan_started' },
    { type: 'plan_interrupted' },
    { type: 'plan_failed' },
    { type: 'rejected' },
    { type: 'apply_started' },
    { type: 'applied' },
    { type: 'apply_failed' },
    { type: 'cancel_asked' },
    { type: 'found_different' },
    { type: 'superseded' },
    { type: 'expired' },
  ),
  fc.record({ type: fc.constant('plan_made' as const), changes: fc.nat(2) }),
  fc.record({
    type: fc.constant('approved' as const),
    by: fc.constantFrom('ann', 'bob', 'cleo'),
    effects: fc.constantFrom(EFFECTS, { ...EFFECTS, digest: 'd2' }),
  }),
);

describe('laws', () => {
  it('takes only listed steps, never leaves an end, and applies nothing unapproved', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 40 }), fc.boolean(), (events, fourEyes) => {
        let state: PlanFacts['state'] = 'draft';
        let isApproved = false;
        for (const happened of events) {
          const step = planStep(at(state), happened, { fourEyes, approvers: new Set(['ann', 'bob']) });
          if (!('to' in step)) continue;
          if (happened.type === 'cancel_asked') expect([state, step.to]).toEqual(['applying', 'applying']);
          else expect(PLAN_TRANSITIONS[state]).toContain(step.to);
          if (step.to === 'approved') {
            isApproved = true;
            expect(happened).toMatchObject({ effects: EFFECTS });
          }
          if (step.to === 'applying') expect(isApproved).toBe(true);
          state = step.to;
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('calls live exactly what can still become something else', () => {
    expect(PLAN_STATES.filter(isLive)).toEqual([...LIVE_PLAN_STATES]);
  });
});
