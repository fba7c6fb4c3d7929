/** Where in a YAML document a cursor is: the keys above it (`*` for an item of a list), and what may be typed there. */
export interface ManifestContext {
  readonly path: readonly string[];
  readonly wants: 'key' | 'value';
  /** Where the word at the cursor begins. */
  readonly from: number;
}

interface Level {
  readonly indent: number;
  readonly name: string;
}
const ITEM = '*';

/** Follows indentation from the top to the cursor; null inside comments and where nothing can be told. */
export function contextAt(text: string, at: number): ManifestContext | null {
  const lines = text.slice(0, at).split('\n');
  const current = lines.pop() ?? '';
  const levels: Level[] = [];
  for (const line of lines) if (/\S/.test(line) && !/^\s*#/.test(line)) enter(levels, line);
  if (/(^|\s)#/.test(current)) return null;
  const { indent, rest } = dashes(levels, current);
  const keyed = /^(["']?)([\w-]+)\1\s*:\s+(.*)$/.exec(rest);
  if (!keyed) {
    const word = /^["']?([\w-]*)$/.exec(rest);
    if (word) {
      // An item may be a word of a list as well as the beginning of a mapping.
      leave(levels, indent);
      return { path: namesOf(levels), wants: 'key', from: at - (word[1]?.length ?? 0) };
    }
    return flowAt(namesOf(levels), rest, at);
  }
  leave(levels, indent);
  levels.push({ indent, name: keyed[2] ?? '' });
  return flowAt(namesOf(levels), keyed[3] ?? '', at);
}

const namesOf = (levels: readonly Level[]) => levels.map(({ name }) => name);

function leave(levels: Level[], indent: number): void {
  while ((levels.at(-1)?.indent ?? -1) >= indent) levels.pop();
}

/** Takes the `- ` of list items off the beginning of a line. */
function dashes(levels: Level[], line: string): { indent: number; rest: string } {
  let indent = line.length - line.trimStart().length;
  let rest = line.slice(indent);
  for (let dash = /^-(\s+|$)/.exec(rest); dash; dash = /^-(\s+|$)/.exec(rest)) {
    // A list may stand as deep as its key: the key stays, an earlier item goes.
    while (
      levels.length > 0 &&
      ((levels.at(-1)?.indent ?? 0) > indent ||
        (levels.at(-1)?.indent === indent && levels.at(-1)?.name === ITEM))
    )
      levels.pop();
    levels.push({ indent, name: ITEM });
    indent += dash[0].length;
    rest = rest.slice(dash[0].length);
  }
  return { indent, rest };
}

function enter(levels: Level[], line: string): void {
  const { indent, rest } = dashes(levels, line);
  const key = /^(["']?)([\w.-]+)\1\s*:(\s|$)/.exec(rest);
  if (!key) return;
  leave(levels, indent);
  levels.push({ indent, name: key[2] ?? '' });
}

/** Inside `{ a: b, c` and `[a, b` of one line. */
function flowAt(path: readonly string[], value: string, at: number): ManifestContext | null {
  const open: { kind: '{' | '['; key: string | null }[] = [];
  let word = '';
  for (const char of value) {
    const top = open.at(-1);
    if (char === '{' || char === '[') open.push({ kind: char, key: null });
    else if (char === '}' || char === ']') open.pop();
    else if (char === ',') {
      if (top) top.key = null;
    } else if (char === ':' && top?.kind === '{') top.key = word.trim();
    else {
      word += char;
      continue;
    }
    word = '';
  }
  const typed = /([\w-]*)$/.exec(word)?.[1] ?? '';
  if (word.trim() !== typed) return null;
  const from = at - typed.length;
  const inner = open.flatMap(({ kind, key }, depth) =>
    kind === '[' ? [ITEM] : key === null || (depth === open.length - 1 && key === null) ? [] : [key],
  );
  const top = open.at(-1);
  const wants = top?.kind === '{' && top.key === null ? 'key' : 'value';
  return { path: [...path, ...inner], wants, from };
}

/** As much of JSON Schema (draft 7) as ours uses. */
export interface Schema {
  readonly type?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
}

const options = (schema: Schema): Schema[] => [
  schema,
  ...[schema.anyOf, schema.oneOf, schema.allOf].flatMap((list) => (list ?? []).flatMap(options)),
];

function inside(schema: Schema, name: string): Schema[] {
  return options(schema).flatMap(({ properties, additionalProperties, items }) => {
    if (name === ITEM) return items ? [items] : [];
    const own = properties?.[name];
    if (own) return [own];
    return typeof additionalProperties === 'object' ? [additionalProperties] : [];
  });
}

export interface Suggestion {
  readonly label: string;
  readonly detail: string;
  readonly kind: 'key' | 'value';
}

/** What the schema allows at a place. */
export function suggestionsAt(schema: Schema, { path, wants }: ManifestContext): Suggestion[] {
  const here = path.reduce<Schema[]>((found, name) => found.flatMap((each) => inside(each, name)), [schema]);
  const found = new Map<string, Suggestion>();
  const add = (label: string, detail: string, kind: Suggestion['kind']) => {
    if (!found.has(label)) found.set(label, { label, detail, kind });
  };
  for (const each of here.flatMap(options)) {
    if (wants === 'key')
      for (const [name, { description = '' }] of Object.entries(each.properties ?? {}))
        add(name, description, 'key');
    // An item of a list of words is at the place of a key too.
    if (wants === 'value' || path.at(-1) === ITEM) {
      for (const value of each.enum ?? []) add(String(value), '', 'value');
      if (each.const !== undefined) add(String(each.const), '', 'value');
      if (each.type === 'boolean') for (const value of ['true', 'false']) add(value, '', 'value');
    }
  }
  return [...found.values()];
}

const ROLE_KEYS = new Set(['role', 'owner', 'default_owner', 'reassign_owned_to', 'granted_by']);

/** Names that the manifest itself has for a place: roles where a role is meant, profiles where one is bound. */
export function namesAt(
  { path, wants }: ManifestContext,
  known: { readonly roles: readonly string[]; readonly profiles: readonly string[] },
): readonly string[] {
  const last = path.at(-1) ?? '';
  if (path[0] === 'schemas' && path.at(-2) === 'profiles' && last === ITEM) return known.profiles;
  if (wants !== 'value') return [];
  if (ROLE_KEYS.has(last)) return known.roles;
  return path.includes('members') && last === 'name' ? known.roles : [];
}
