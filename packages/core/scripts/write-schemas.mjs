// Writes docs/*.schema.json from the manifest's model: npm run schemas -w packages/core (after a build).
import { writeFileSync } from 'node:fs';
import { jsonSchema, SCHEMA_NAMES } from '../dist/roles/json-schema.js';

for (const name of SCHEMA_NAMES) {
  writeFileSync(new URL(`../../../docs/${name}.schema.json`, import.meta.url), jsonSchema(name));
}
