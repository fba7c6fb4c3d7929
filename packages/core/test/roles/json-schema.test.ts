import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { jsonSchema, SCHEMA_NAMES } from '../../src/roles/json-schema.js';

describe('JSON Schema', () => {
  // To renew: npm run schemas -w packages/core
  it.each(SCHEMA_NAMES)('docs/%s.schema.json is current', (name) => {
    const file = new URL(`../../../../docs/${name}.schema.json`, import.meta.url);
    expect(readFileSync(file, 'utf8')).toBe(jsonSchema(name));
  });

  it('refuses unknown fields, knows defaults and needs only what has none', () => {
    const schema = JSON.parse(jsonSchema('manifest'));
    expect(schema.additionalProperties).toBe(false);
    expect(schema.required).toBeUndefined();
    const role = schema.properties.roles.items;
    expect(role.required).toEqual(['name']);
    expect(role.properties.inherit).toMatchObject({ type: 'boolean', default: true });
    expect(schema.properties.grants.items.properties.privileges.items.enum).toContain('MAINTAIN');
  });
});
