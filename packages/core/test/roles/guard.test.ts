import { describe, expect, it } from 'vitest';
import { GUARD_MASKS, maskOf } from '../../src/policy/index.js';
import {
  type GuardedDatabase,
  guardManifest,
  isAboutGuards,
  loadManifest,
  withGuards,
  writeManifest,
} from '../../src/roles/index.js';

const DATABASE: GuardedDatabase = {
  database: 'db',
  major: 18,
  schemas: [
    { name: 'app', owners: ['migrator'] },
    { name: 'Odd "name"', owners: [] },
  ],
  closed: [{ type: 'function', schema: 'app', name: 'reset()' }],
  heir: 'postgres',
};
const READ = maskOf(['read']);
const WRITE = maskOf(['read', 'write']);
const of = (masks: readonly number[], retire: readonly number[] = []) => ({
  connection: 'shop',
  masks,
  retire,
});

describe('guard roles as a manifest', () => {
  it('is one that people could have written, for every set of masks', () => {
    for (const masks of [[], [0], [READ], [READ, WRITE], GUARD_MASKS]) {
      const text = writeManifest(guardManifest(of(masks), DATABASE));
      expect(loadManifest(text, 'guards.yaml').problems).toEqual([]);
    }
  });

  it('gives no group more than its permission, and no login anything but CONNECT and its groups', () => {
    const { grants = [], memberships = [] } = guardManifest(
      of([READ, maskOf(['write', 'execute'])]),
      DATABASE,
    );
    const held = (role: string) =>
      [
        ...new Set(grants.filter((grant) => grant.role === role).flatMap(({ privileges }) => privileges)),
      ].sort();
    expect(held('postern_shop_may_read')).toEqual(['SELECT', 'USAGE']);
    expect(held('postern_shop_may_write')).toEqual(['DELETE', 'INSERT', 'UPDATE', 'USAGE']);
    expect(held('postern_shop_may_execute')).toEqual(['EXECUTE', 'USAGE']);
    expect(held('postern_shop_may_ddl')).toEqual([]);
    expect(held('postern_shop_read')).toEqual(['CONNECT']);
    expect(memberships.map(({ role, members = [] }) => [role, members.map(({ name }) => name)])).toEqual([
      ['postern_shop_may_read', ['postern_shop_read']],
      ['postern_shop_may_write', ['postern_shop_write_execute']],
      ['postern_shop_may_execute', ['postern_shop_write_execute']],
    ]);
  });

  it('knows MAINTAIN from PostgreSQL 17 on', () => {
    const words = (major: number) =>
      (guardManifest(of([maskOf(['ddl'])]), { ...DATABASE, major }).grants ?? []).flatMap(
        ({ privileges }) => privileges,
      );
    expect(words(17)).toContain('MAINTAIN');
    expect(words(16)).not.toContain('MAINTAIN');
  });

  it('lets go what is not needed any more: objects of those who may make some go to the heir', () => {
    const { retirements } = guardManifest(of([READ], [READ, WRITE, maskOf(['ddl'])]), DATABASE);
    expect(retirements).toEqual([
      { role: 'postern_shop_read_write', drop_owned: true },
      { role: 'postern_shop_ddl', drop_owned: true, reassign_owned_to: 'postgres' },
      { role: 'postern_shop_may_write', drop_owned: true },
      { role: 'postern_shop_may_ddl', drop_owned: true },
    ]);
  });
});

describe('guard roles beside a manifest', () => {
  const load = (manifest: object) => {
    const { desired } = loadManifest(JSON.stringify(manifest), 'test.json');
    if (!desired) throw new Error('not valid');
    return desired;
  };

  it('are what the rules say, whatever the manifest says that they are', () => {
    const desired = load({
      roles: [{ name: 'postern_shop_read', superuser: true }, { name: 'clerk' }],
      memberships: [
        { role: 'postern_shop_may_read', members: [{ name: 'clerk' }] },
        { role: 'clerk', members: [{ name: 'postern_shop_read' }] },
      ],
    });
    const both = withGuards(desired, of([READ]), DATABASE);
    expect(both.roles.get('postern_shop_read')).toMatchObject({ superuser: false, login: true });
    expect([...(both.memberships.get('postern_shop_may_read')?.members.keys() ?? [])]).toEqual([
      'postern_shop_read',
    ]);
    // Giving one more is the manifest's to say.
    expect([...(both.memberships.get('clerk')?.members.keys() ?? [])]).toEqual(['postern_shop_read']);
  });

  it('are told from what the manifest changes', () => {
    const attributes = {} as never;
    expect(isAboutGuards({ kind: 'create_role', role: 'postern_shop_read', attributes }, 'shop')).toBe(true);
    expect(isAboutGuards({ kind: 'create_role', role: 'postern_shop_read', attributes }, 'other')).toBe(
      false,
    );
    expect(isAboutGuards({ kind: 'drop_role', role: 'clerk' }, 'shop')).toBe(false);
  });
});
