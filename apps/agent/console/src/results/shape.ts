import type { Values } from '../parameters/placeholders';
import type { Sort } from './order';

/** What a value may be asked for, as people say it. */
export const OPERATORS = {
  eq: 'is',
  ne: 'is not',
  lt: 'less than',
  le: 'at most',
  gt: 'more than',
  ge: 'at least',
  between: 'between',
  contains: 'contains',
  starts: 'starts with',
  null: 'is NULL',
  filled: 'is not NULL',
} as const;
export type Operator = keyof typeof OPERATORS;

export interface Condition {
  readonly column: number;
  readonly operator: Operator;
  readonly value: string;
  /** The other end of `between`. */
  readonly to: string;
}

/** What the database is asked for in place of a statement: those of its rows that meet every condition, in an order. */
export interface Shape {
  readonly base: string;
  readonly parameters: Values | undefined;
  readonly conditions: readonly Condition[];
  readonly sort: Sort | null;
}
