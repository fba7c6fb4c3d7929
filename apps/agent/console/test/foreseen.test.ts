import { classify, loadParser } from '@postern/core/sql';
import { beforeAll, describe, expect, it } from 'vitest';
import { foresee } from '../src/check/foreseen';
import type { Connection } from '../src/connections/connection-switcher';

const shop = (permissions: Connection['permissions']): Connection => ({
  ...{ slug: 'shop', name: 'Shop', label: '', permissions, rowCap: 1_000, readOnly: true, health: 'ok' },
});
const check = (sql: string, permissions: Connection['permissions'] = ['read']) =>
  foresee(classify(sql), shop(permissions), 'Acme');

beforeAll(loadParser);

describe('what the browser foresees', () => {
  it('says what is missing and where, in the agent’s words', () => {
    const { missing, reasons } = check('select 1; delete from orders');
    expect(missing).toEqual(['write']);
    expect(reasons).toEqual([
      {
        statement: 2,
        permission: 'write',
        text: 'statement 2 is a DELETE, which needs write on `shop`',
        position: 22,
      },
    ]);
  });

  it('never says that anything is allowed', () => {
    expect(check('select 1')).toMatchObject({ isForeseen: true, allowed: false, missing: [], reasons: [] });
  });

  it('leaves functions of the database and names of the session to the agent', () => {
    expect(check('select discount(1)')).toMatchObject({ required: ['read'], missing: [], reasons: [] });
    expect(check('execute monthly')).toMatchObject({ required: [], missing: [], reasons: [] });
  });

  it('knows what nobody may do, whatever they hold', () => {
    const { missing, reasons } = check('set role postgres', ['read', 'admin']);
    expect(missing).toEqual([]);
    expect(reasons.map(({ permission }) => permission)).toEqual([null]);
  });

  it('points to what is no SQL', () => {
    expect(check('selec 1').error).toMatchObject({ code: 'sql.syntax', position: 0 });
  });
});
