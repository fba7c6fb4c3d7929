/** Other spellings of built-in types, as `format_type` writes them. */
const TYPE_NAMES: Readonly<Record<string, string>> = {
  int: 'integer',
  int4: 'integer',
  int2: 'smallint',
  int8: 'bigint',
  bool: 'boolean',
  float: 'double precision',
  float4: 'real',
  float8: 'double precision',
  decimal: 'numeric',
  dec: 'numeric',
  varchar: 'character varying',
  'char varying': 'character varying',
  'national character varying': 'character varying',
  'national char varying': 'character varying',
  'nchar varying': 'character varying',
  'national character': 'character',
  'national char': 'character',
  nchar: 'character',
  char: 'character',
  bpchar: 'character',
  varbit: 'bit varying',
  timestamp: 'timestamp without time zone',
  timestamptz: 'timestamp with time zone',
  time: 'time without time zone',
  timetz: 'time with time zone',
};

/** First words of types whose name has more than one word: `double precision` is no argument called double. */
const MANY_WORDS =
  /^(double precision|(national )?char(acter)?( varying)?|nchar( varying)?|bit varying|interval|(timestamp|time)( ?\(\d\))? with(out)? time zone)(?![\w$])/;

/**
 * A function's name and argument types as the graph keeps them: `total(p int, IN q text DEFAULT 'x')` is
 * `total(integer, text)`. Undefined where there is no argument list. Types that are not built in need their schema.
 */
export function signatureOf(text: string, of: 'function' | 'procedure'): string | undefined {
  const open = text.indexOf('(');
  if (open < 1 || !text.endsWith(')')) return undefined;
  const types = split(text.slice(open + 1, -1)).map((argument) => argumentType(argument, of));
  return `${text.slice(0, open).trimEnd()}(${types.filter((type) => type !== null).join(', ')})`;
}

/** At commas outside parentheses and quotes. */
function split(list: string): string[] {
  const parts: string[] = [];
  let part = '';
  let depth = 0;
  let quoted = false;
  for (const char of list) {
    if (char === '"') quoted = !quoted;
    else if (!quoted && char === '(') depth++;
    else if (!quoted && char === ')') depth--;
    if (char === ',' && depth === 0 && !quoted) {
      parts.push(part);
      part = '';
    } else {
      part += char;
    }
  }
  return part.trim() === '' && parts.length === 0 ? [] : [...parts, part];
}

function argumentType(argument: string, of: 'function' | 'procedure'): string | null {
  const text = argument
    .trim()
    .replace(/\s+/g, ' ')
    .replace(/ ?(default |=).*$/i, '');
  const mode = /^(in|out|inout|variadic) (?=\S)/i.exec(text)?.[1]?.toLowerCase();
  // What a function returns does not tell it from others; a procedure's OUT arguments do (PostgreSQL 14).
  if (mode === 'out' && of === 'function') return null;
  const rest = mode ? text.slice(mode.length + 1) : text;
  return typeName(withoutArgumentName(rest));
}

function withoutArgumentName(text: string): string {
  if (MANY_WORDS.test(text.toLowerCase())) return text;
  const named = /^("(?:[^"]|"")+"|[^\s".(]+) (?=[^\s(])(?!(?:with|without) )/.exec(text);
  return named ? text.slice(named[0].length) : text;
}

function typeName(text: string): string {
  const array = /( ?\[\d*\])+$/.exec(text)?.[0] ?? '';
  const base = text.slice(0, text.length - array.length).replace(/ ?\([^)]*\)/, '');
  const lower = base.includes('"') ? base : base.toLowerCase();
  // Fields are a modifier, as lengths are.
  const plain = lower.replace(/^interval .*$/, 'interval');
  const name = TYPE_NAMES[plain.replace(/^pg_catalog\./, '')] ?? plain.replace(/^pg_catalog\./, '');
  return array === '' ? name : `${name}[]`;
}
