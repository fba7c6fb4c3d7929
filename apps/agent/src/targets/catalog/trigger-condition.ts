const BEFORE = ' WHEN (';

/**
 * The condition in what pg_get_triggerdef prints: pg_get_expr can not print one over OLD and NEW. Names in the text are whoever's
 * choice and may look like any part of it, so it is read from its start, quotes respected. Undefined when it is not as expected.
 */
export function conditionOf(definition: string): string | undefined {
  // Before the condition there are keywords and names only, no string.
  for (let at = 0; at < definition.length; at++) {
    if (definition[at] === '"') at = afterQuoted(definition, at) - 1;
    else if (definition.startsWith(BEFORE, at)) return enclosed(definition, at + BEFORE.length);
  }
  return undefined;
}

/** From behind an opening parenthesis to before its closing one. */
function enclosed(text: string, start: number): string | undefined {
  let depth = 1;
  for (let at = start; at < text.length; at++) {
    const char = text[at];
    if (char === '"' || char === "'") at = afterQuoted(text, at) - 1;
    else if (char === '(') depth++;
    else if (char === ')' && --depth === 0) return text.slice(start, at);
  }
  return undefined;
}

/** The server prints a quote inside quotes twice, and a backslash twice as well. */
function afterQuoted(text: string, start: number): number {
  const quote = text[start] ?? '';
  let at = text.indexOf(quote, start + 1);
  while (at !== -1 && text[at + 1] === quote) at = text.indexOf(quote, at + 2);
  return at === -1 ? text.length : at + 1;
}
