import { costLimitRule } from '@escape.tech/graphql-armor-cost-limit';
import { maxAliasesRule } from '@escape.tech/graphql-armor-max-aliases';
import type { ValidationRule } from 'graphql';

/** Deepest query of the web app is 6 deep; introspection needs 11 and is counted too. */
export const MAX_DEPTH = 12;

/** What one document may ask for. The rules' types are those of another graphql-js build: same shape, hence the cast. */
export const LIMITS = [
  maxAliasesRule({ n: 15 }),
  costLimitRule({ maxCost: 5_000, ignoreIntrospection: true }),
] as unknown as ValidationRule[];
