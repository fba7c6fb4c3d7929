import type { Allowed } from '@postern/core/policy';

/** insufficient_privilege */
const REFUSED = '42501';

/** The database refused a guard role what the rules allow: the two walls are not of one mind. */
export const isDivergence = (
  { guard }: Pick<Allowed, 'guard'>,
  sqlstate: string | null | undefined,
): boolean => guard !== undefined && sqlstate === REFUSED;

/** What a person can do about it. */
export const divergenceFix = (guard: string): string =>
  `your rules allow it, but the database does not allow it to \`${guard}\`: ask an administrator to look for drift in the database roles of this connection`;
