import { describe, expect, it } from 'vitest';
import { ApiError, asApiError, fieldError, fieldIndex, sentence, toApiError } from '../src/graphql/api-error';

describe('errors of the API', () => {
  it('keeps code, field and fix', () => {
    const error = toApiError([
      {
        message: 'there is no group `dab`',
        extensions: {
          code: 'rule.unknown_group',
          field: 'members.1',
          fix: 'create it or pick one of the list',
        },
      },
    ]);
    expect(error).toMatchObject({
      code: 'rule.unknown_group',
      message: 'there is no group `dab`',
      field: 'members.1',
      fix: 'create it or pick one of the list',
    });
  });

  it.each([
    [[]],
    [[{ message: 'boom' }]],
    [[{ extensions: { code: 42 } }]],
    [[{ extensions: { code: '' } }]],
  ])('takes anything without a known shape as internal: %j', (errors) => {
    expect(toApiError(errors).code).toBe('internal');
    expect(toApiError(errors).message).not.toBe('');
  });

  it('never shows what a program threw', () => {
    expect(asApiError(new TypeError('x is undefined')).message).not.toContain('undefined');
    const known = new ApiError('rule.stale', 'changed meanwhile');
    expect(asApiError(known)).toBe(known);
  });
});

describe('which field an error belongs to', () => {
  const at = (field?: string) => new ApiError('input.invalid', 'wrong', field);

  it.each([
    ['members', 'members'],
    ['members.1', 'members'],
    ['rule.members.1', 'members'],
    ['input.name', 'name'],
  ])('%s is beside %s', (field, shown) => {
    expect(fieldError(at(field), shown)).toBeDefined();
  });

  it.each([
    ['members', 'connection'],
    ['membership', 'members'],
    [undefined, 'members'],
  ])('%s is not beside %s', (field, shown) => {
    expect(fieldError(at(field), shown)).toBeUndefined();
  });

  it('knows the item of a list', () => {
    expect(fieldIndex(at('rule.members.3'))).toBe(3);
    expect(fieldIndex(at('members'))).toBeUndefined();
    expect(fieldIndex(undefined)).toBeUndefined();
  });
});

describe('sentence', () => {
  it.each([
    ['there is no rule', 'There is no rule.'],
    ['is it?', 'Is it?'],
    ['  ', ''],
    ['`x` is taken', '`x` is taken.'],
  ])('%j reads %j', (words, read) => {
    expect(sentence(words)).toBe(read);
  });
});
