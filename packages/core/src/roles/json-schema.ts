import { z } from 'zod';
import { bundleModel, manifestModel, sourceModel } from './manifest.js';

/** Documents that editors can check while they are written. */
export const SCHEMA_NAMES = ['manifest', 'bundle', 'bundle-source'] as const;
export type SchemaName = (typeof SCHEMA_NAMES)[number];

const MODELS: Readonly<Record<SchemaName, z.ZodType>> = {
  manifest: manifestModel,
  bundle: bundleModel,
  'bundle-source': sourceModel,
};

/** The JSON Schema (draft 7, which editors know best) of a document, as text of `docs/<name>.schema.json`. */
export function jsonSchema(name: SchemaName): string {
  const schema = z.toJSONSchema(MODELS[name], { target: 'draft-7', io: 'input' });
  return `${JSON.stringify({ ...schema, title: `Postern ${name.replace('-', ' ')}` }, null, 2)}\n`;
}
