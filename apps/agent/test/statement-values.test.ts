import { describe, expect, it } from 'vitest';
import { valuesOf } from '../src/session/statement-values.js';

describe('values of one statement of a text', () => {
  const given = ['a', null, 'c'];

  it('are as many as it names, and those that it skips have a type', () => {
    expect(valuesOf({ kind: 'SELECT' }, 'select $2', given)).toEqual({
      types: [25, 0],
      values: [null, null],
    });
    expect(valuesOf({ kind: 'SELECT' }, 'select $1, $3', given)).toEqual({
      types: [0, 25, 0],
      values: ['a', null, 'c'],
    });
  });

  it('are none where it names none or has parameters of its own', () => {
    const none = { types: [], values: [] };
    expect(valuesOf({ kind: 'SELECT' }, 'select 1', given)).toEqual(none);
    expect(valuesOf({ kind: 'PREPARE' }, 'prepare p as select $1', given)).toEqual(none);
    expect(valuesOf({ kind: 'SELECT' }, 'select $1', [])).toEqual(none);
  });
});
