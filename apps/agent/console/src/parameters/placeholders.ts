import { z } from 'zod';
import { afterToken, type Span, splitStatements } from '../editor/split';

/** Values by placeholder, `$1` or a name; null is NULL. */
export const storedValues = z.record(z.string(), z.string().nullable());
export type Values = Readonly<z.infer<typeof storedValues>>;

interface Placeholder extends Span {
  /** `$1`, or what stands behind the colon. */
  readonly name: string;
}

/** Statements whose `$1` are their own, or stand in a body. */
const OWN_PARAMETERS = /^\s*(prepare|create|alter|do)\b/i;
const NUMBERED = /\$[1-9]\d{0,2}(?!\w)/y;
const NAMED = /:([A-Za-z_]\w*)/y;

/** `a[low :high]` is a slice: there a colon stands behind something that ends a value. */
const isSlice = (text: string, at: number, depth: number): boolean =>
  depth > 0 && /[\w\])"']\s*$/.test(text.slice(Math.max(0, at - 50), at));

function placeholderAt(text: string, at: number, depth: number): Placeholder | undefined {
  const before = text[at - 1] ?? '';
  if (/[\w$:]/.test(before)) return undefined;
  const form = text[at] === '$' ? NUMBERED : NAMED;
  form.lastIndex = at;
  const found = form.exec(text);
  if (found === null || (form === NAMED && isSlice(text, at, depth))) return undefined;
  return { name: found[1] ?? found[0], start: at, end: at + found[0].length };
}

/** Placeholders of a text in their order, outside of comments, strings, quoted names and bodies. */
function placeholdersOf(text: string): Placeholder[] {
  const found: Placeholder[] = [];
  for (const { start, end } of splitStatements(text)) {
    if (OWN_PARAMETERS.test(text.slice(start, end))) continue;
    let depth = 0;
    let at = start;
    while (at < end) {
      const placeholder = text[at] === '$' || text[at] === ':' ? placeholderAt(text, at, depth) : undefined;
      if (placeholder) found.push(placeholder);
      if (text[at] === '[') depth++;
      if (text[at] === ']') depth--;
      at = placeholder?.end ?? afterToken(text, at);
    }
  }
  return found;
}

/** The names to ask for, each once. */
export const parameterNames = (text: string): string[] => [
  ...new Set(placeholdersOf(text).map(({ name }) => name)),
];

/**
 * A text as the agent takes it: `:name` becomes a number that no other placeholder has, filled up with spaces to the same length, so
 * that what stands behind keeps its place (short names get the short numbers). The values go beside it, never into it.
 */
export function numbered(text: string, given: Values = {}): { sql: string; parameters: (string | null)[] } {
  const placeholders = placeholdersOf(text);
  if (placeholders.length === 0) return { sql: text, parameters: [] };
  const names = [...new Set(placeholders.map(({ name }) => name))];
  const fixed = names.filter((name) => name.startsWith('$'));
  const numbers = new Map(fixed.map((name) => [name, Number(name.slice(1))]));
  let last = Math.max(0, ...numbers.values());
  for (const name of names.filter((other) => !fixed.includes(other)).sort((a, b) => a.length - b.length))
    numbers.set(name, ++last);
  const parameters = new Array<string | null>(last).fill(null);
  for (const [name, number] of numbers) parameters[number - 1] = given[name] ?? null;
  let sql = '';
  let at = 0;
  for (const { name, start, end } of placeholders) {
    sql += text.slice(at, start) + `$${numbers.get(name)}`.padEnd(end - start);
    at = end;
  }
  return { sql: sql + text.slice(at), parameters };
}

/** A text with what it binds. Statements that the console wrote have nothing to bind, whatever stands in them. */
export const bindable = (
  sql: string,
  values: Values | undefined,
): { sql: string; parameters?: (string | null)[] } =>
  values === undefined ? { sql } : numbered(sql, values);
