import { type AuditActor, type AuditStatement, fixedPart, RELATIONS_MAX } from '@postern/core/audit';
import {
  type Allowed,
  type Decision,
  decide,
  type Permission,
  type PermissionMask,
  type PolicyConnection,
  permissionsOf,
} from '@postern/core/policy';
import type { Classification } from '@postern/core/sql';
import type { EnforcedPolicy } from '../policy/policy-holder.js';
import { isOften } from './classifier.js';
import type { Owner } from './tabs.js';

// Parts of events that are the same for many of them: made once, and written as JSON once (core's fixedPart).

/** `make` once for each key, as long as the key lives. */
function once<Key extends object, Part extends object>(make: (key: Key) => Part): (key: Key) => Part {
  const known = new WeakMap<Key, Part>();
  return (key) => {
    const before = known.get(key);
    if (before !== undefined) return before;
    const part = fixedPart(make(key));
    known.set(key, part);
    return part;
  };
}

export const personOf = once(
  ({ principalId, email }: Owner): AuditActor => ({ type: 'user', id: principalId, label: email }),
);

export const connectionOf = once(({ id, slug }: PolicyConnection) => ({ id, slug }));

/** Of a text, what search finds it by beside the text itself. */
export const relationsOf = ({ statements }: Classification): string[] =>
  [...new Set(statements.flatMap(({ relations }) => relations))].slice(0, RELATIONS_MAX);

const lists: Permission[][] = [];

export function permissionList(mask: PermissionMask): Permission[] {
  const list = lists[mask] ?? fixedPart(permissionsOf(mask));
  lists[mask] = list;
  return list;
}

type OfParameters = Pick<AuditStatement, 'parameters' | 'parameterTypes' | 'parameterValues'>;
const withParameters = new WeakMap<AuditStatement, Map<string, AuditStatement>>();

/** Statements of the same text, with parameters of the same types, are one; values are each statement's own. */
export function statementWith(statement: AuditStatement, of: OfParameters): AuditStatement {
  if (of.parameterValues !== undefined) return { ...statement, ...of };
  const key = `${of.parameters} ${of.parameterTypes?.join()}`;
  const known = withParameters.get(statement) ?? new Map<string, AuditStatement>();
  const part = known.get(key) ?? fixedPart({ ...statement, ...of });
  known.set(key, part);
  withParameters.set(statement, known);
  return part;
}

interface Decisions {
  readonly policy: EnforcedPolicy;
  readonly connection: string;
  readonly allowed: WeakMap<Classification, Allowed>;
}

/** Decisions that allow texts that many ask about, by whom they are about. Those of a policy go with it. */
export class DecisionCache {
  readonly #of = new WeakMap<Owner, Decisions>();

  decide(
    policy: EnforcedPolicy,
    { owner, connection }: { readonly owner: Owner; readonly connection: string },
    classification: Classification,
  ): Decision {
    const before = this.#of.get(owner);
    const isSame = before?.policy === policy && before.connection === connection;
    const known = isSame ? before.allowed : new WeakMap<Classification, Allowed>();
    if (!isSame) this.#of.set(owner, { policy, connection, allowed: known });
    const cached = known.get(classification);
    if (cached) return cached;
    const decision = decide(policy.compiled, owner.principalId, connection, classification);
    if (!decision.allowed || !isOften(classification)) return decision;
    fixedPart(decision.ruleIds);
    known.set(classification, decision);
    return decision;
  }
}
