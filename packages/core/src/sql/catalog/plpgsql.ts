import { parsePlpgsql, type Token, tokensOf } from '../parse.js';
import { type AstNode, isNode, text, unwrap } from '../tree.js';
import { statementsOf } from './definition.js';

/** Why a function cannot be looked into. */
interface Opaque {
  readonly opaque: string;
}

/** Nodes of PL/pgSQL that do nothing besides what they hold. Any other makes its function opaque. */
const PLAIN = new Set(
  `assert assign block call case close commit execsql exit fetch foreach_a forc fori fors getdiag if loop open perform
  raise return return_next return_query rollback while`
    .split(/\s+/)
    .map((name) => `PLpgSQL_stmt_${name}`)
    .concat(
      `case_when condition diag_item exception exception_block expr function if_elsif raise_option rec recfield row type var`
        .split(' ')
        .map((name) => `PLpgSQL_${name}`),
    ),
);

const DYNAMIC = new Set(['PLpgSQL_stmt_dynexecute', 'PLpgSQL_stmt_dynfors']);
const ENDS_TRANSACTION = new Set(['PLpgSQL_stmt_commit', 'PLpgSQL_stmt_rollback']);

/**
 * Every statement and expression in a function in PL/pgSQL, as statements, with the types of its variables. `definition`:
 * its CREATE FUNCTION; `original`: the text after AS.
 */
export function plpgsqlStatements(definition: string, original: string): readonly AstNode[] | Opaque {
  const source = withoutRowtype(original);
  const root =
    definition.split(original).length === 2 && parsePlpgsql(definition.replace(original, () => source));
  if (!root) return NOT_UNDERSTOOD;
  // Where it was no type but the operator, that counts.
  const texts: string[] = source === original ? [] : ['SELECT 1 % 1'];
  const records: AstNode[] = [];
  const frames: AstNode[] = [root];
  for (let frame = frames.pop(); frame !== undefined; frame = frames.pop()) {
    const found = unwrap(frame);
    if (found === undefined) return NOT_UNDERSTOOD;
    const { type, node } = found;
    if (DYNAMIC.has(type) || isNode(node.dynquery)) return { opaque: 'which runs SQL that it builds' };
    if (ENDS_TRANSACTION.has(type)) return { opaque: 'which ends transactions' };
    if (!PLAIN.has(type)) return { opaque: `which holds a part that Postern does not know (${type})` };
    if (type === 'PLpgSQL_expr') texts.push(...expressionTexts(node));
    else if (type === 'PLpgSQL_type') texts.push(typeText(text(node, 'typname')));
    else if (type === 'PLpgSQL_rec' && isNode(node.datatype) && node.lineno !== undefined) records.push(node);
    frames.push(...partsOf(node));
  }
  if (records.length > 0) {
    const defaults = recordDefaults(source, records);
    if (defaults === undefined) return NOT_UNDERSTOOD;
    texts.push(...defaults);
  }
  const parsed = texts.map(statementsOf);
  return parsed.some((statements) => statements === undefined)
    ? NOT_UNDERSTOOD
    : parsed.flatMap((statements) => statements ?? []);
}

const NOT_UNDERSTOOD: Opaque = { opaque: 'whose body cannot be understood' };

function partsOf(node: AstNode): AstNode[] {
  // `fields` of a row are plain data: names and numbers of variables.
  return Object.entries(node).flatMap(([field, value]) => {
    if (field === 'fields') return [];
    return (Array.isArray(value) ? value : [value]).filter(isNode);
  });
}

/** gram.y: RAW_PARSE_DEFAULT, RAW_PARSE_PLPGSQL_EXPR, and RAW_PARSE_PLPGSQL_ASSIGN1 to 3. */
const [STATEMENT, EXPRESSION, ASSIGN] = [0, 2, 3];

function expressionTexts(node: AstNode): string[] {
  const query = text(node, 'query');
  const mode = typeof node.parseMode === 'number' ? node.parseMode : STATEMENT;
  if (mode === STATEMENT) return [query];
  if (mode === EXPRESSION) return [`SELECT ${query}`];
  return mode >= ASSIGN && mode <= ASSIGN + 2 ? assignmentTexts(query) : [UNREADABLE];
}

/** No SQL: what it stands for is not understood. */
const UNREADABLE = ')';

/** `target := value`: the value, and the target where it has subscripts, which are computed too. */
function assignmentTexts(query: string): string[] {
  let depth = 0;
  for (const { text: word, start, end } of tokensOf(query) ?? []) {
    if (word === '(' || word === '[') depth++;
    else if (word === ')' || word === ']') depth--;
    else if (depth === 0 && (word === ':=' || word === '=')) {
      const target = query.slice(0, start);
      return [`SELECT ${query.slice(end)}`, ...(target.includes('[') ? [`SELECT ${target}`] : [])];
    }
  }
  return [UNREADABLE];
}

/** The type of a variable. `t.a%TYPE` is of the table t, whose name as a type stands for all of its columns' types. */
function typeText(name: string): string {
  const [path = '', reference] = name.split('%');
  return `SELECT NULL::${reference === undefined ? name : path.replace(/\.(?:"(?:[^"]|"")*"|[^."]+)\s*$/, '')}`;
}

/**
 * `t%ROWTYPE` as `t`, which means the same and is what the parser can take fields of. Keeps every other word in its place.
 */
function withoutRowtype(source: string): string {
  const tokens = tokensOf(source) ?? [];
  let out = source;
  tokens.forEach(({ text: word, start }, i) => {
    const next = tokens[i + 1];
    if (word !== '%' || next?.text.toLowerCase() !== 'rowtype') return;
    out = out.slice(0, start) + out.slice(start, next.end).replace(/[^\n]/g, ' ') + out.slice(next.end);
  });
  return out;
}

/**
 * The parser's tree leaves out the defaults of variables of record, row and unknown types, so they are looked for where
 * the tree says that the variables are declared. Undefined: not found.
 */
function recordDefaults(source: string, records: readonly AstNode[]): string[] | undefined {
  const tokens = tokensOf(source);
  // A name with escapes in it is not spelled as the tree has it.
  if (tokens === undefined || tokens.some(({ text: word }) => /^u&"/i.test(word))) return undefined;
  const texts: string[] = [];
  for (const record of records) {
    const name = text(record, 'refname').toLowerCase();
    let isFound = false;
    for (let i = 0; i < tokens.length; i++) {
      if (!isDeclared(tokens, i, name)) continue;
      isFound = true;
      const value = defaultOf(tokens, i, source);
      if (value !== undefined) texts.push(`SELECT ${value}`);
    }
    if (!isFound) return undefined;
  }
  return texts;
}

/** A declaration starts after DECLARE or the end of another one. */
function isDeclared(tokens: readonly Token[], i: number, name: string): boolean {
  const before = tokens[i - 1]?.text.toLowerCase();
  return (before === ';' || before === 'declare') && nameOf(tokens[i]?.text ?? '').toLowerCase() === name;
}

function nameOf(word: string): string {
  return word.startsWith('"') ? word.slice(1, -1).replaceAll('""', '"') : word;
}

/** What follows `:=`, `=` or DEFAULT up to the end of the declaration. */
function defaultOf(tokens: readonly Token[], from: number, source: string): string | undefined {
  let start: number | undefined;
  for (const { text: word, start: at, end } of tokens.slice(from)) {
    if (word === ';') return start === undefined ? undefined : source.slice(start, at);
    if (start === undefined && [':=', '=', 'default'].includes(word.toLowerCase())) start = end;
  }
  return UNREADABLE;
}
