/**
 * The life of a role plan in the control plane (ARCHITECTURE.md, "How roles are reconciled"):
 * draft → planning → pending → approved → applying → applied, with the ways out of it. PostgreSQL holds the same table
 * (`postern_role_plan_may_become`), so a transition that is not listed here cannot be stored by anybody.
 */
export const PLAN_STATES = [
  'draft',
  'planning',
  'pending',
  'approved',
  'applying',
  'applied',
  'rejected',
  'superseded',
  'expired',
  'failed',
  'stale',
] as const;
export type PlanState = (typeof PLAN_STATES)[number];

/** What may follow on what. An empty list is an end. */
export const PLAN_TRANSITIONS: Readonly<Record<PlanState, readonly PlanState[]>> = {
  draft: ['planning', 'rejected', 'superseded', 'expired', 'failed'],
  // Nothing to change is `applied` at once: there is nothing to approve.
  planning: ['draft', 'pending', 'applied', 'rejected', 'superseded', 'expired', 'failed'],
  pending: ['approved', 'rejected', 'superseded', 'expired'],
  approved: ['applying', 'rejected', 'superseded', 'expired'],
  applying: ['applied', 'failed', 'stale'],
  applied: [],
  rejected: [],
  superseded: [],
  expired: [],
  failed: [],
  stale: [],
};

/** At most one plan of a connection is in one of these. */
export const LIVE_PLAN_STATES = [
  'draft',
  'planning',
  'pending',
  'approved',
  'applying',
] as const satisfies readonly PlanState[];

export const isLive = (state: PlanState): boolean => PLAN_TRANSITIONS[state].length > 0;

/** What an approval is about. All of it must still hold when the plan is applied. */
export interface PlanEffects {
  /** `effectsDigest` of the changes. */
  readonly digest: string;
  /** `pg_control_system()` of the server that was looked at. */
  readonly systemIdentifier: string;
  readonly manifestVersion: number;
}

/** What can happen to a plan, and by whom. */
export type PlanEvent =
  /** The agent was given the task of planning. */
  | { readonly type: 'plan_started' }
  /** The agent that planned is gone, or gave a passing reason: to be asked again. */
  | { readonly type: 'plan_interrupted' }
  | { readonly type: 'plan_made'; readonly changes: number }
  /** Planning cannot succeed without somebody doing something. */
  | { readonly type: 'plan_failed' }
  | { readonly type: 'approved'; readonly by: string; readonly effects: PlanEffects }
  | { readonly type: 'rejected' }
  | { readonly type: 'apply_started' }
  | { readonly type: 'applied' }
  | { readonly type: 'apply_failed' }
  /** A person wants the apply to be given up. Whether it could be is known when the agent has answered. */
  | { readonly type: 'cancel_asked' }
  /** The agent found something else than what was approved. */
  | { readonly type: 'found_different' }
  /** A newer manifest, or a newer plan of the same one. */
  | { readonly type: 'superseded' }
  | { readonly type: 'expired' };

/** What a plan's next state depends on. */
export interface PlanFacts {
  readonly state: PlanState;
  /** Who wrote the manifest version; null when nobody in particular did. */
  readonly author: string | null;
  /** Set once the plan was made. */
  readonly effects: PlanEffects | null;
}

export interface ApprovalRules {
  /** Who wrote the manifest may not approve its plan. */
  readonly fourEyes: boolean;
  /** Only these may approve; null: everybody who may administer the organisation. */
  readonly approvers: ReadonlySet<string> | null;
}

/** Why an event has no effect: `late` ones lost a race and are dropped, the rest is somebody's mistake. */
export type PlanRefusal =
  | 'late'
  | 'not_pending'
  | 'effects_differ'
  | 'own_manifest'
  | 'not_an_approver'
  | 'being_applied'
  | 'not_applying';

export type PlanStep = { readonly to: PlanState } | { readonly refused: PlanRefusal };

/**
 * What an event does to a plan. Pure. A rejection wins against an approval, whichever came first, until the agent has
 * begun to apply; an event that the plan's state has no transition for is refused, never forced.
 */
export function planStep(plan: PlanFacts, event: PlanEvent, rules: ApprovalRules): PlanStep {
  switch (event.type) {
    case 'plan_started':
      return step(plan, 'planning', 'draft');
    case 'plan_interrupted':
      return step(plan, 'draft', 'planning');
    case 'plan_made':
      return step(plan, event.changes === 0 ? 'applied' : 'pending', 'planning');
    case 'plan_failed':
      return step(plan, 'failed', 'draft', 'planning');
    case 'approved':
      return approval(plan, event, rules);
    case 'rejected':
      return plan.state === 'applying' ? { refused: 'being_applied' } : step(plan, 'rejected');
    case 'apply_started':
      return step(plan, 'applying', 'approved');
    case 'applied':
      return step(plan, 'applied', 'applying');
    case 'apply_failed':
      return step(plan, 'failed', 'applying');
    case 'cancel_asked':
      return plan.state === 'applying' ? { to: 'applying' } : { refused: 'not_applying' };
    case 'found_different':
      return step(plan, 'stale', 'applying');
    case 'superseded':
      return plan.state === 'applying' ? { refused: 'being_applied' } : step(plan, 'superseded');
    case 'expired':
      return step(plan, 'expired');
  }
}

function step({ state }: PlanFacts, to: PlanState, ...from: readonly PlanState[]): PlanStep {
  const isFromHere = from.length === 0 || from.includes(state);
  return isFromHere && PLAN_TRANSITIONS[state].includes(to) ? { to } : { refused: 'late' };
}

function approval(
  plan: PlanFacts,
  { by, effects }: { readonly by: string; readonly effects: PlanEffects },
  { fourEyes, approvers }: ApprovalRules,
): PlanStep {
  if (plan.state !== 'pending') return { refused: 'not_pending' };
  if (plan.effects === null || !isSame(plan.effects, effects)) return { refused: 'effects_differ' };
  if (approvers !== null && !approvers.has(by)) return { refused: 'not_an_approver' };
  if (fourEyes && plan.author === by) return { refused: 'own_manifest' };
  return { to: 'approved' };
}

const isSame = (a: PlanEffects, b: PlanEffects): boolean =>
  a.digest === b.digest &&
  a.systemIdentifier === b.systemIdentifier &&
  a.manifestVersion === b.manifestVersion;
