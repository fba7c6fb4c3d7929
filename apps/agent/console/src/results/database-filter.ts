import type { StreamColumn } from '@postern/agent/console-contract';
import { isNumberType } from '@postern/core/results';
import { writtenIdent } from '@postern/core/sql/identifier';
import { typeProblem } from '../edit/validate';
import { parameterNames, type Values } from '../parameters/placeholders';
import type { Condition, Operator, Shape } from './shape';

const SIGNS: Partial<Readonly<Record<Operator, string>>> = {
  ...{ eq: '=', ne: '<>', lt: '<', le: '<=', gt: '>', ge: '>=', between: 'BETWEEN' },
};

const isText = (type: string): boolean => /^(text|character|name|citext|"char")/.test(type);
const isOrdered = (type: string): boolean =>
  isNumberType(type) || /^(date|time|interval|money|oid|uuid|inet|pg_lsn)/.test(type);

/** What makes sense for a type; `json` and the like have no equality. */
export function operatorsOf(type: string): Operator[] {
  const always: Operator[] = ['null', 'filled'];
  if (type === 'boolean') return ['eq', 'ne', ...always];
  if (isText(type)) return ['contains', 'eq', 'ne', 'starts', 'lt', 'le', 'gt', 'ge', 'between', ...always];
  if (isOrdered(type)) return ['eq', 'ne', 'lt', 'le', 'gt', 'ge', 'between', 'contains', ...always];
  if (/^(json|xml|point|line|lseg|box|path|polygon|circle)$/.test(type)) return ['contains', ...always];
  return ['eq', 'ne', 'contains', ...always];
}

export const valuesOf = (operator: Operator): 0 | 1 | 2 =>
  operator === 'null' || operator === 'filled' ? 0 : operator === 'between' ? 2 : 1;

/** Columns that a condition can name: of two with one name PostgreSQL would not know which is meant. */
export const namedColumns = (columns: readonly StreamColumn[]): number[] =>
  columns.flatMap(({ name }, at) =>
    columns.some((other, place) => place !== at && other.name === name) ? [] : [at],
  );

/** Why a condition can not be asked; undefined: it can, and the database has the last word. */
export function conditionProblem(columns: readonly StreamColumn[], condition: Condition): string | undefined {
  const column = columns[condition.column];
  if (column === undefined) return 'choose a column';
  if (condition.operator === 'contains' || condition.operator === 'starts') return undefined;
  const given = [condition.value, condition.to].slice(0, valuesOf(condition.operator));
  for (const value of given) {
    const problem = typeProblem(column.type, value);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** `text` as a pattern of LIKE: `%`, `_` and the escape stand for themselves. */
const pattern = (text: string): string => text.replace(/[\\%_]/g, '\\$&');

/** Names for values that the statement itself has not. */
class Bound {
  readonly values: Record<string, string | null>;
  readonly #taken: ReadonlySet<string>;
  #last = 0;

  constructor({ base, parameters }: Shape) {
    this.#taken = new Set(parameterNames(base));
    this.values = { ...parameters };
  }

  bind(value: string): string {
    let name: string;
    do name = `value${++this.#last}`;
    while (this.#taken.has(name));
    this.values[name] = value;
    return `:${name}`;
  }
}

function termOf({ name, type }: StreamColumn, condition: Condition, bound: Bound): string {
  const { operator, value, to } = condition;
  const column = writtenIdent(name);
  switch (operator) {
    case 'null':
      return `${column} IS NULL`;
    case 'filled':
      return `${column} IS NOT NULL`;
    case 'between':
      return `${column} BETWEEN ${bound.bind(value)} AND ${bound.bind(to)}`;
    case 'contains':
    case 'starts': {
      const like = `${operator === 'contains' ? '%' : ''}${pattern(value)}%`;
      return `${column}${isText(type) ? '' : '::text'} ILIKE ${bound.bind(like)}`;
    }
    default:
      return `${column} ${SIGNS[operator]} ${bound.bind(value)}`;
  }
}

/** A table as it is, and perhaps the first rows of it: its rows are chosen before they are counted. */
const PLAIN =
  /^(select\s+\*\s+from\s+(?:"(?:[^"]|"")+"|[a-z_][\w$]*)(?:\.(?:"(?:[^"]|"")+"|[a-z_][\w$]*))?)(\s+limit\s+\d+)?$/i;

/** The statement that a shape stands for, with what it binds. NULL comes where PostgreSQL puts it: last, and first in descending order. */
export function shapedSql(
  shape: Shape,
  columns: readonly StreamColumn[],
): { sql: string; parameters: Values | undefined } {
  const { base, parameters, conditions, sort } = shape;
  if (conditions.length === 0 && sort === null) return { sql: base, parameters };
  const bound = new Bound(shape);
  const terms = conditions.flatMap((condition) => {
    const column = columns[condition.column];
    return column === undefined ? [] : [termOf(column, condition, bound)];
  });
  const text = base.trim().replace(/;$/, '').trimEnd();
  const [, table, limit = ''] = PLAIN.exec(text) ?? [];
  const sql = [
    table ?? `SELECT * FROM (\n${text}\n) AS result`,
    ...(terms.length === 0 ? [] : [`WHERE ${terms.join('\n  AND ')}`]),
    ...(sort === null ? [] : [`ORDER BY ${sort.column + 1}${sort.isDescending ? ' DESC' : ''}`]),
    ...(limit === '' ? [] : [limit.trim()]),
  ].join('\n');
  return { sql, parameters: Object.keys(bound.values).length === 0 ? undefined : bound.values };
}
