import { afterToken, splitStatements } from '../editor/split';

/** Words of a statement outside of parentheses, comments, strings and quoted names, in capitals. */
function topWords(sql: string): string[] {
  const words: string[] = [];
  let depth = 0;
  let at = 0;
  while (at < sql.length) {
    const word = /^[A-Za-z_][\w$]*/.exec(sql.slice(at, at + 64))?.[0];
    const next = word === undefined ? afterToken(sql, at) : at + word.length;
    if (word !== undefined && depth === 0 && !(sql[next] === "'" && /^e$/i.test(word))) {
      words.push(word.toUpperCase());
    }
    if (sql[at] === '(') depth++;
    if (sql[at] === ')') depth--;
    at = next;
  }
  return words;
}

/** The first UPDATE or DELETE of a text that has no WHERE and so changes every row: a question to ask, not a rule to rely on. */
export function withoutWhere(text: string): 'UPDATE' | 'DELETE' | undefined {
  for (const { start, end } of splitStatements(text)) {
    const words = topWords(text.slice(start, end));
    const verb =
      words[0] === 'WITH'
        ? words.find((word) => /^(UPDATE|DELETE|SELECT|INSERT|MERGE)$/.test(word))
        : words[0];
    if ((verb === 'UPDATE' || verb === 'DELETE') && !words.includes('WHERE')) return verb;
  }
  return undefined;
}
