import type { RolePlanState, RoleState } from '../../gql/graphql';
import type { Health } from '../../ui/status-dot';

export const ROLE_STATES: Readonly<Record<RoleState, { label: string; health: Health }>> = {
  CONVERGED: { label: 'Converged', health: 'good' },
  DRIFTED: { label: 'Drifted', health: 'warn' },
  UNKNOWN: { label: 'Unknown', health: 'off' },
};

/** What each state of a plan is called, and what it means for whoever looks at it. */
export const PLAN_STATES: Readonly<Record<RolePlanState, { label: string; health: Health; means: string }>> =
  {
    DRAFT: { label: 'Waiting to be planned', health: 'off', means: 'An agent will look at the database.' },
    PLANNING: {
      label: 'Planning',
      health: 'off',
      means: 'An agent compares the database with the manifest.',
    },
    PENDING: {
      label: 'Waiting for approval',
      health: 'warn',
      means: 'Nothing changes before somebody approves.',
    },
    APPROVED: {
      label: 'Approved',
      health: 'warn',
      means: 'An agent will apply it. Until it begins, the plan may still be rejected.',
    },
    APPLYING: { label: 'Applying', health: 'warn', means: 'Runs in one transaction: all of it or nothing.' },
    APPLIED: { label: 'Applied', health: 'good', means: 'The database is as the manifest says.' },
    REJECTED: { label: 'Rejected', health: 'off', means: 'Nothing was changed.' },
    SUPERSEDED: {
      label: 'Superseded',
      health: 'off',
      means: 'A newer plan took its place. Nothing was changed.',
    },
    EXPIRED: { label: 'Expired', health: 'off', means: 'Nobody decided in time. Nothing was changed.' },
    FAILED: { label: 'Failed', health: 'bad', means: 'It was rolled back, nothing was changed.' },
    STALE: {
      label: 'Stale',
      health: 'bad',
      means:
        'The agent found something else than what was approved, and changed nothing. A new plan is made.',
    },
  };

export const MODES = [
  {
    value: 'ADOPT',
    label: 'Adopt',
    hint: 'Makes what the manifest says, drops no role and leaves rights of roles it does not know.',
  },
  {
    value: 'AUTHORITATIVE',
    label: 'Authoritative',
    hint: 'The manifest is the whole truth: what it does not say is taken away.',
  },
  { value: 'ADDITIVE', label: 'Additive', hint: 'Only adds; nothing is changed or taken away.' },
] as const;

export const CAUSES = { MANIFEST: 'new manifest', DRIFT: 'drift', REQUEST: 'asked for' } as const;

/** Changes of a plan by what they are about, in the order in which people look for trouble. */
const CATEGORIES: Readonly<Record<string, string>> = {
  retirement: 'Retired roles',
  role: 'Roles',
  membership: 'Memberships',
  schema: 'Schemas',
  grant: 'Rights',
  default_privilege: 'Rights on later objects',
  row_security: 'Row level security',
  password: 'Passwords',
};

export interface ChangeGroup<T> {
  readonly category: string;
  readonly label: string;
  /** Destructive ones first. */
  readonly changes: readonly T[];
  readonly destructive: number;
}

export function groupChanges<T extends { category: string; destructive: boolean }>(
  changes: readonly T[],
): ChangeGroup<T>[] {
  const byCategory = new Map<string, T[]>();
  for (const change of changes) {
    const known = byCategory.get(change.category);
    if (known) known.push(change);
    else byCategory.set(change.category, [change]);
  }
  const order = Object.keys(CATEGORIES);
  const rank = (category: string) => (order.indexOf(category) + order.length + 1) % (order.length + 1);
  return [...byCategory]
    .map(([category, all]) => ({
      category,
      label: CATEGORIES[category] ?? category.replaceAll('_', ' '),
      changes: [...all].sort((a, b) => Number(b.destructive) - Number(a.destructive)),
      destructive: all.filter(({ destructive }) => destructive).length,
    }))
    .sort((a, b) => rank(a.category) - rank(b.category));
}
