import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { messages } from './messages.js';

interface Schema {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
}

/** fixtures/v1/schemas.json: what version 1 demanded (`reads`) and always gave (`writes`). Frozen with the fixtures. */
const frozen: Record<string, { reads: Schema; writes: Schema } | undefined> = JSON.parse(
  readFileSync(new URL('../fixtures/v1/schemas.json', import.meta.url), 'utf8'),
);

function today(message: z.ZodType): { reads: Schema; writes: Schema } {
  const schema = (io: 'input' | 'output') => JSON.parse(JSON.stringify(z.toJSONSchema(message, { io })));
  return { reads: schema('input'), writes: schema('output') };
}

const required = (schema: Schema) => schema.required ?? [];

/** What in `reader` would refuse what `writer` may send, by path: nothing, if the two understand each other. */
function conflicts(writer: Schema, reader: Schema, path = ''): string[] {
  if (String(writer.type) !== String(reader.type)) return [`${path}: ${writer.type} for ${reader.type}`];
  const missing = required(reader).filter((name) => !required(writer).includes(name));
  const shared = Object.entries(reader.properties ?? {}).flatMap(([name, part]) => {
    const sent = writer.properties?.[name];
    return sent === undefined ? [] : conflicts(sent, part, `${path}.${name}`);
  });
  const items = writer.items && reader.items ? conflicts(writer.items, reader.items, `${path}[]`) : [];
  return [...missing.map((name) => `${path}.${name} is not always sent`), ...shared, ...items];
}

describe.each(Object.entries(messages))('%s', (name, message) => {
  const old = frozen[name];
  const now = today(message);

  test('what version 1 writes, today’s reader accepts', () => {
    expect(old && conflicts(old.writes, now.reads)).toEqual([]);
  });

  test('what today’s writer gives, a reader of version 1 accepts', () => {
    expect(old && conflicts(now.writes, old.reads)).toEqual([]);
  });
});

test('a conflict is found when there is one', () => {
  const one: Schema = { type: 'object', properties: { a: { type: 'string' } }, required: ['a'] };
  const two: Schema = {
    type: 'object',
    properties: { a: { type: 'number' }, b: { type: 'string' } },
    required: ['a', 'b'],
  };
  expect(conflicts(one, two)).toEqual(['.b is not always sent', '.a: string for number']);
});
