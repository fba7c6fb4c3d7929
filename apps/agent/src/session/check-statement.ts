import { decide, NO_STATEMENT, permissionsOf } from '@postern/core/policy';
import type { PolicyHolder } from '../policy/policy-holder.js';
import type { Target } from '../targets/target.js';
import type { Classifier } from './classifier.js';
import { RunRefused } from './outcome.js';
import { surroundingsBeside } from './statement-catalog.js';
import type { StatementTexts } from './statement-texts.js';
import type { Owner, Tabs } from './tabs.js';

/** What a text would need, without running or recording it: for the editor's hints. */
export async function checkStatement(
  parts: {
    classifier: Classifier;
    policy: PolicyHolder;
    tabs: Tabs;
    targets: ReadonlyMap<string, Target>;
    texts: StatementTexts;
  },
  request: { owner: Owner; tab: string; connection: string; sql: string },
) {
  const { owner, tab, connection, sql } = request;
  const isSeen = decide(parts.policy.inForce().compiled, owner.principalId, connection, NO_STATEMENT).allowed;
  const session = parts.tabs.opened(owner, tab, connection);
  // Like a run: a connection that they may not see takes as long as one that does not exist.
  const { memory, catalog } = await surroundingsBeside(
    isSeen ? parts.targets.get(connection) : undefined,
    session,
  );
  const classified = await parts.classifier.classify(sql, memory, catalog, parts.texts.wanted(connection));
  const { compiled } = parts.policy.inForce();
  const classification = classified.ok ? classified.classification : NO_STATEMENT;
  const decision = decide(compiled, owner.principalId, connection, classification);
  if (!decision.allowed && decision.code === 'connection.not_found') {
    throw new RunRefused(decision.code, decision.message, { fix: decision.fix }, {});
  }
  return {
    allowed: classified.ok && decision.allowed,
    required: permissionsOf(decision.required),
    missing: decision.allowed ? [] : decision.missing,
    reasons: decision.allowed ? [] : decision.reasons,
    error: classified.ok ? null : classified.rejection,
    statements: classification.statements.map(({ index, kind, start, end }) => ({ index, kind, start, end })),
  };
}
