import { costLimitRule } from '@escape.tech/graphql-armor-cost-limit';
import { maxAliasesRule } from '@escape.tech/graphql-armor-max-aliases';
import type { ValidationRule } from 'graphql';

/** Deepest query of the web app is 6 deep; introspection needs 11 and is counted too. */
export const MAX_DEPTH = 12;

/**
 * 200 rows of the widest list (audit events, every field) cost about 40,000. The rule multiplies by a literal `first` only,
 * so what a document with variables may load is bounded by the aliases and by lists standing at the root alone.
 */
const MAX_COST = 50_000;

/** What one document may ask for. The rules' types are those of another graphql-js build: same shape, hence the cast. */
export const LIMITS = [
  maxAliasesRule({ n: 15 }),
  costLimitRule({ maxCost: MAX_COST, ignoreIntrospection: true }),
] as unknown as ValidationRule[];
