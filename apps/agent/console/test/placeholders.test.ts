import { describe, expect, it } from 'vitest';
import { numbered, parameterNames } from '../src/parameters/placeholders';

describe('placeholders', () => {
  it('are names behind a colon and numbers behind a dollar, each asked for once', () => {
    expect(parameterNames('select :since, $2 where day > :since::date and n = any(array[:a, :b])')).toEqual([
      ...['since', '$2', 'a', 'b'],
    ]);
  });

  it('are not what only looks like one', () => {
    for (const sql of [
      'select \':a\', ":a", $$ :a $1 $$, x::text -- :a',
      'select a[1:n], a[lo :hi], f(x := 1) /* $1 */',
      'select a$1, b:c from t',
      "prepare p as select $1; create function f(int) returns int return $1; do 'select :a'",
    ])
      expect(parameterNames(sql)).toEqual([]);
  });

  it('become numbers in their places, and the values go beside them', () => {
    const sql = 'select $2, :long_name, :b where x = :long_name';
    const bound = numbered(sql, { $2: 'two', b: null, long_name: "'; drop table t" });
    expect(bound).toEqual({
      sql: 'select $2, $4        , $3 where x = $4        ',
      parameters: [null, 'two', null, "'; drop table t"],
    });
    expect(bound.sql).toHaveLength(sql.length);
  });

  it('leave a text without any alone', () => {
    expect(numbered('select 1')).toEqual({ sql: 'select 1', parameters: [] });
  });
});
