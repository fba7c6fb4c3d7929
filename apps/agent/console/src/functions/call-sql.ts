import type { ObjectDetails } from '@postern/agent/console-catalog';
import { writtenIdent, writtenName } from '@postern/core/sql/identifier';

type Routine = NonNullable<ObjectDetails['routine']>;
export type Parameter = Routine['parameters'][number];

/** What somebody chose for an argument: a text, NULL, or what the function has by default. */
export type Argument = { readonly text: string } | 'null' | 'default';

const literal = (text: string): string =>
  `${text.includes('\\') ? 'E' : ''}'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;

function typedValue({ type }: Parameter, argument: Exclude<Argument, 'default'>): string {
  return `${argument === 'null' ? 'null' : literal(argument.text)}::${type}`;
}

/**
 * The call, each argument as a literal of its declared type, so that overloads are never mistaken. By name where they have names: what
 * is left to its default may then be anywhere.
 */
export function callSql(
  { kind, schema, name }: Pick<ObjectDetails, 'kind' | 'schema' | 'name'>,
  { parameters, returnsSet, result }: Routine,
  args: readonly Argument[],
): string {
  const given = parameters.flatMap((parameter, index) => {
    const argument = args[index] ?? 'default';
    if (argument === 'default') return [];
    const value = typedValue(parameter, argument);
    if (parameter.isVariadic)
      return [`variadic ${parameter.name === '' ? '' : `${writtenIdent(parameter.name)} => `}${value}`];
    return [parameter.name === '' ? value : `${writtenIdent(parameter.name)} => ${value}`];
  });
  const call = `${writtenName(schema, name)}(${given.join(', ')})`;
  if (kind === 'procedure') return `call ${call};`;
  return returnsSet || result?.startsWith('TABLE') === true ? `select * from ${call};` : `select ${call};`;
}

/** Whether a text can be a value of a type, as far as that is plain; PostgreSQL says the rest. */
export function problemOf({ type }: Parameter, argument: Argument): string | undefined {
  if (argument === 'null' || argument === 'default') return undefined;
  const text = argument.text.trim();
  if (/^(smallint|integer|bigint)$/.test(type)) return /^[+-]?\d+$/.test(text) ? undefined : 'a whole number';
  if (/^(numeric|real|double precision)/.test(type))
    return /^([+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?|NaN|[+-]?Infinity)$/i.test(text) ? undefined : 'a number';
  if (type === 'date')
    return /^(\d{4,}-\d{1,2}-\d{1,2}( BC)?|infinity|-infinity|today|now)$/i.test(text)
      ? undefined
      : 'a date as 2026-11-22';
  if (type === 'uuid')
    return /^[{]?[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}[}]?$/i.test(text) ? undefined : 'a UUID';
  if (/^jsonb?$/.test(type)) return isJson(text) ? undefined : 'valid JSON';
  return undefined;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
