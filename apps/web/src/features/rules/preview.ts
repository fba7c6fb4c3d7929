import type { PreviewRuleChangeQuery } from '../../gql/graphql';

export type AccessChange = PreviewRuleChangeQuery['previewRuleChange']['changes'][number];

export interface PersonChanges {
  user: AccessChange['user'];
  changes: AccessChange[];
}

/** Changes person by person; those who lose something first, because that is what is overlooked. */
export function byPerson(changes: readonly AccessChange[]): PersonChanges[] {
  const people = new Map<string, PersonChanges>();
  for (const change of changes) {
    const known = people.get(change.user.id);
    if (known) known.changes.push(change);
    else people.set(change.user.id, { user: change.user, changes: [change] });
  }
  const loses = (person: PersonChanges): number => (person.changes.some((c) => c.lost.length > 0) ? 0 : 1);
  return [...people.values()].sort((a, b) => loses(a) - loses(b) || a.user.name.localeCompare(b.user.name));
}

/** How many of the listed changes give and how many take. */
export function tally(changes: readonly AccessChange[]): { gain: number; lose: number } {
  const people = byPerson(changes);
  return {
    gain: people.filter((person) => person.changes.some((c) => c.gained.length > 0)).length,
    lose: people.filter((person) => person.changes.some((c) => c.lost.length > 0)).length,
  };
}
