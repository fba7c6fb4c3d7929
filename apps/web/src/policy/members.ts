/** A member of a rule, taken apart: `*`, `user:<email>`, `group:<slug>`. */
export type MemberRef =
  | { type: 'everyone' }
  | { type: 'group'; slug: string }
  | { type: 'user'; email: string }
  | { type: 'unknown'; text: string };

export function readMember(member: string): MemberRef {
  if (member === '*') return { type: 'everyone' };
  if (member.startsWith('group:')) return { type: 'group', slug: member.slice(6) };
  if (member.startsWith('user:')) return { type: 'user', email: member.slice(5) };
  return { type: 'unknown', text: member };
}

export interface Names {
  /** Group names by slug. */
  groups: ReadonlyMap<string, string>;
  /** People's names by lower-case e-mail address. */
  people: ReadonlyMap<string, string>;
}

/** What a person reads for a member, and what tells two of the same name apart. */
export function memberLabel(member: string, names: Names): { label: string; note: string } {
  const ref = readMember(member);
  switch (ref.type) {
    case 'everyone':
      return { label: 'Everyone', note: 'any person of this organisation' };
    case 'group':
      return { label: names.groups.get(ref.slug) ?? ref.slug, note: member };
    case 'user':
      return { label: names.people.get(ref.email.toLowerCase()) ?? ref.email, note: ref.email };
    case 'unknown':
      return { label: ref.text, note: 'not a member that rules know' };
  }
}
