import type { MadePlan, PlanChange } from '@postern/core/reconcile';
import {
  type AccessItem,
  CHANGE_KINDS,
  differenceOf,
  isAboutGuards,
  privilegesOf,
  render,
  subjectOf,
  summarize,
  takesAway,
} from '@postern/core/roles';
import type { ConnectionFacts } from '../targets/roles/connection.js';
import { RolesFailure } from '../targets/roles/failure.js';
import { providerName } from '../targets/roles/held-rights.js';
import type { RolesPlan } from '../targets/roles/plan.js';

/** Of all changes together: more are not told where they come from. */
const ITEMS_IN_ALL = 5_000;
/** What a person can be expected to read, and a row to hold. */
const CONTENT_MAX_BYTES = 8 * 1024 * 1024;

export const identifierOf = (facts: ConnectionFacts): string => facts.systemIdentifier ?? 'not readable';

/**
 * A plan as the control plane keeps it. One that nobody could read through is refused rather than cut. With `changedAt`, which says
 * when the server last wrote an item, each change comes with what its cause can be told by.
 */
export function madePlanOf(
  plan: RolesPlan,
  facts: ConnectionFacts,
  connection: string,
  changedAt?: (item: AccessItem) => string | undefined,
): MadePlan {
  let bytes = 0;
  let itemsLeft = ITEMS_IN_ALL;
  const changes = plan.changes.map((change): PlanChange => {
    const statements = render(change, facts);
    for (const statement of statements) bytes += statement.length;
    if (bytes > CONTENT_MAX_BYTES) throw tooLong(plan.changes.length);
    const { kind } = change;
    const { category } = CHANGE_KINDS[kind];
    const shown = { kind, category, destructive: takesAway(change), subject: subjectOf(change), statements };
    const origin = isAboutGuards(change, connection) ? { isFromRules: true } : {};
    if (changedAt === undefined || itemsLeft === 0) return { ...shown, ...origin };
    const { items, effect, grantors } = differenceOf(change, plan.current);
    const told = items.slice(0, itemsLeft).map((item) => dated(item, changedAt(item)));
    itemsLeft -= told.length;
    const difference = { items: told, grantors: [...grantors], ...(effect && { effect }) };
    return { ...shown, ...origin, difference };
  });
  const { total, destructive, kinds, gains, loses } = summarize(plan.changes, plan.current, plan.wanted);
  return {
    digest: plan.digest,
    systemIdentifier: identifierOf(facts),
    serverMajor: facts.major,
    changeCount: total,
    destructiveCount: destructive,
    content: {
      server: { database: facts.database, version: facts.versionText, provider: providerName(facts) },
      gains: [...gains],
      loses: [...loses],
      kinds: kinds.map(({ kind, count, destructive: takes, text }) => ({
        kind,
        count,
        destructive: takes,
        text,
      })),
      changes,
      undeclared: [...plan.undeclared],
      stuck: plan.stuck.map(({ where, grantee, grantor, privileges }) => ({
        where,
        grantee,
        grantor,
        text: `${privilegesOf(privileges).join(', ')} on ${where} of ${grantee}, granted by ${grantor}`,
      })),
      obstacles: [...plan.missing, ...plan.hazards].map(({ message, fix }) => ({ message, fix })),
    },
  };
}

const dated = (item: AccessItem, changedAt: string | undefined) =>
  changedAt === undefined ? item : { ...item, changedAt };

const tooLong = (changes: number): RolesFailure =>
  new RolesFailure(
    `the plan has ${changes} changes, more than a person can review`,
    'bring the database closer first: apply it with `postern apply` beside the database, or declare fewer objects by wildcards',
  );
