import type { CheckResponse } from '@postern/agent/console-contract';
import { describe, expect, it } from 'vitest';
import { problemsOfCheck, problemsOfFailure } from '../src/editor/problems';

const check = (part: Partial<CheckResponse>): CheckResponse => ({
  allowed: false,
  required: [],
  missing: [],
  reasons: [],
  error: null,
  statements: [],
  ...part,
});

describe('problems before running', () => {
  const sql = 'select 1; delete from t';
  const statements = [
    { index: 1, kind: 'SELECT', start: 0, end: 8 },
    { index: 2, kind: 'DELETE', start: 9, end: 23 },
  ];

  it('marks what is missing, not what is held', () => {
    const reasons = [
      { statement: 1, permission: 'read', text: 'statement 1 is a SELECT', position: 0 },
      { statement: 2, permission: 'write', text: 'statement 2 is a DELETE' },
    ];
    const found = problemsOfCheck(sql, check({ missing: ['write'], reasons, statements }));
    expect(found).toEqual([{ start: 10, end: 16, kind: 'permission', message: 'statement 2 is a DELETE' }]);
  });

  it('marks what no permission allows', () => {
    const reasons = [{ statement: 2, permission: null, text: 'no', position: 17 }];
    const found = problemsOfCheck(sql, check({ reasons, statements }));
    expect(found.map(({ start, end }) => sql.slice(start, end))).toEqual(['from']);
  });

  it('marks a syntax error where it is, or at the end', () => {
    const error = { code: 'sql.syntax', message: 'syntax error' };
    expect(problemsOfCheck('selec 1', check({ error: { ...error, position: 0 } }))[0]).toMatchObject({
      start: 0,
      end: 5,
    });
    expect(problemsOfCheck('select 1 +  ', check({ error }))[0]).toMatchObject({ start: 9, end: 10 });
  });
});

describe('problems after running', () => {
  const error = { code: 'sql.failed', message: 'column does not exist', position: 7 };

  it('are marked where the statement stands in the text', () => {
    const text = 'select 1;\nselect naem';
    expect(problemsOfFailure(text, error, 'select naem', 10)).toMatchObject([{ start: 17, end: 21 }]);
  });

  it('vanish when the statement was edited', () => {
    expect(problemsOfFailure('select 1;\nselect name', error, 'select naem', 10)).toEqual([]);
  });
});
