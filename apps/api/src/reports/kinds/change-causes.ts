import { canonicalJson } from '@postern/core/audit';
import type { AccessChange, IamRule, PolicyBundle } from '@postern/core/policy';
import type { AdminEvent } from '../audit-reads.store.js';

/** What differs between two versions, by the names that audit events have for it. */
export interface ChangedThings {
  rules: Map<string, IamRule[]>;
  /** People whose membership of a group changed, by the group's short name. */
  groups: Map<string, Set<string>>;
  people: Set<string>;
  connections: Map<string, string>;
}

function differing<T>(before: readonly T[], after: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const found = new Map<string, T[]>();
  const earlier = new Map(before.map((item) => [key(item), item]));
  for (const item of after) {
    const old = earlier.get(key(item));
    earlier.delete(key(item));
    if (old === undefined || canonicalJson(old) !== canonicalJson(item))
      found.set(key(item), old === undefined ? [item] : [old, item]);
  }
  for (const [id, item] of earlier) found.set(id, [item]);
  return found;
}

function movedMembers(before: PolicyBundle, after: PolicyBundle): Map<string, Set<string>> {
  const groups = differing(before.groups, after.groups, ({ slug }) => slug);
  return new Map(
    [...groups].map(([slug]) => {
      const was = new Set(before.groups.find((group) => group.slug === slug)?.memberIds);
      const is = new Set(after.groups.find((group) => group.slug === slug)?.memberIds);
      return [slug, new Set([...was, ...is].filter((id) => was.has(id) !== is.has(id)))];
    }),
  );
}

export function changedThings(before: PolicyBundle, after: PolicyBundle): ChangedThings {
  return {
    rules: differing(before.rules, after.rules, ({ id }) => id),
    groups: movedMembers(before, after),
    people: new Set(differing(before.principals, after.principals, ({ id }) => id).keys()),
    connections: new Map(
      [...differing(before.connections, after.connections, ({ id }) => id)].map(([id, [item]]) => [
        item?.slug ?? '',
        id,
      ]),
    ),
  };
}

/** The administrators' changes that explain a change of access, newest of each thing. */
export function eventsBehind(
  change: AccessChange,
  things: ChangedThings,
  events: readonly AdminEvent[],
): AdminEvent[] {
  const { principalId, connectionSlug } = change;
  const newest = new Map<string, AdminEvent>();
  for (const event of events) {
    const { type, id, label } = event;
    const touches =
      (type === 'rule' &&
        things.rules.get(id)?.some((rule) => ['*', connectionSlug].includes(rule.connection))) ||
      (type === 'group' && things.groups.get(label)?.has(principalId)) ||
      (type === 'user' && id === principalId && things.people.has(id)) ||
      (type === 'connection' && things.connections.get(connectionSlug) === id);
    if (touches) newest.set(`${type} ${id}`, event);
  }
  return [...newest.values()];
}
