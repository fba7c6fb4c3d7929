import { describe, expect, it } from 'vitest';
import {
  EMPTY_DRAFT,
  missing,
  previewOf,
  ruleInput,
  sameAccess,
  toggleMember,
  togglePermission,
} from '../src/features/rules/draft';
import { type AccessChange, byPerson, tally } from '../src/features/rules/preview';
import { memberLabel, readMember } from '../src/policy/members';
import { PERMISSIONS } from '../src/policy/permissions';

describe('a rule being edited', () => {
  const draft = { connection: 'production', permissions: ['read'], members: ['*'], description: ' why ' };

  it('is sent only when whole', () => {
    expect(ruleInput(EMPTY_DRAFT)).toBeNull();
    expect(missing(EMPTY_DRAFT)).toEqual(['a connection', 'a permission', 'a member']);
    expect(ruleInput(draft)).toEqual({ ...draft, description: 'why' });
    expect(missing(draft)).toEqual([]);
  });

  it('is previewed without its words', () => {
    expect(previewOf(draft, null)).toEqual({
      rule: { connection: 'production', permissions: ['read'], members: ['*'] },
    });
    expect(previewOf(EMPTY_DRAFT, null)).toBeNull();
    expect(sameAccess(draft, { ...draft, description: 'else' })).toBe(true);
    expect(sameAccess(draft, { ...draft, members: ['group:dba'] })).toBe(false);
  });

  it('toggles permissions in their one order', () => {
    expect(togglePermission([], 'write')).toEqual(['write']);
    expect(togglePermission(['write'], 'read')).toEqual(['read', 'write']);
    expect(togglePermission(['read', 'write'], 'read')).toEqual(['write']);
  });

  it('takes one permission out of all and never says all by itself', () => {
    expect(togglePermission(['*'], 'admin')).toEqual(PERMISSIONS.filter((p) => p !== 'admin'));
    expect(togglePermission(PERMISSIONS.slice(1), 'read')).toEqual(PERMISSIONS);
  });

  it('toggles members', () => {
    expect(toggleMember(['*'], 'group:dba')).toEqual(['*', 'group:dba']);
    expect(toggleMember(['*', 'group:dba'], '*')).toEqual(['group:dba']);
  });
});

describe('members in words', () => {
  const names = {
    groups: new Map([['dba', 'Database administrators']]),
    people: new Map([['sam@acme.example', 'Sam']]),
  };

  it.each([
    ['*', 'Everyone'],
    ['group:dba', 'Database administrators'],
    ['group:gone', 'gone'],
    ['user:Sam@acme.example', 'Sam'],
    ['user:x@y.example', 'x@y.example'],
    ['role:x', 'role:x'],
  ])('%s reads %s', (member, label) => {
    expect(memberLabel(member, names).label).toBe(label);
  });

  it('keeps colons of the rest', () => {
    expect(readMember('user:a:b@c')).toEqual({ type: 'user', email: 'a:b@c' });
  });
});

describe('who gains or loses', () => {
  const user = (name: string) => ({ id: name, name, email: `${name}@x.example` });
  const connection = {
    id: 'c',
    slug: 'production',
    name: 'Production',
    environment: { id: 'e', name: 'Prod' },
  };
  const change = (name: string, gained: string[], lost: string[]): AccessChange => ({
    user: user(name),
    connection,
    before: lost,
    after: gained,
    gained,
    lost,
  });

  it('is told person by person, losses first', () => {
    const people = byPerson([
      change('ann', ['read'], []),
      change('zoe', [], ['read']),
      change('ann', ['ddl'], []),
    ]);
    expect(people.map((person) => [person.user.name, person.changes.length])).toEqual([
      ['zoe', 1],
      ['ann', 2],
    ]);
  });

  it('counts people, not changes', () => {
    expect(
      tally([change('ann', ['read'], []), change('ann', ['ddl'], ['read']), change('bo', ['read'], [])]),
    ).toEqual({
      gain: 2,
      lose: 1,
    });
  });
});
