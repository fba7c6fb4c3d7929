/** A node of the parser's tree, or a part of one: protobuf JSON, in which absent means zero, empty or none. */
export type AstNode = Readonly<Record<string, unknown>>;

/** True for anything that may hold nodes. */
export function isNode(value: unknown): value is AstNode {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A field's node; `{}` when it is absent. */
export function child(node: AstNode, field: string): AstNode {
  const value = node[field];
  return isNode(value) ? value : {};
}

/** A field's list; empty when it is absent. */
export function list(node: AstNode, field: string): readonly unknown[] {
  const value = node[field];
  return Array.isArray(value) ? value : [];
}

/** A field's text; `''` when it is absent. */
export function text(node: AstNode, field: string): string {
  const value = node[field];
  return typeof value === 'string' ? value : '';
}

/** Where a node stands, in bytes; undefined when the parser does not say. */
export function locationOf(node: AstNode): number | undefined {
  const { location } = node;
  return typeof location === 'number' && location >= 0 ? location : undefined;
}

/** The texts of a list of String nodes: the parts of a name. */
export function nameParts(value: unknown): string[] {
  if (!Array.isArray(value)) return [];
  return value.map((part) => (isNode(part) ? text(child(part, 'String'), 'sval') : ''));
}

/**
 * A name as a server may read it whose encoding is not UTF-8: the one letter outside ASCII that a single-byte encoding
 * folds to one of ASCII (scansup.c, downcase_identifier) makes `lo_İmport` lo_import.
 */
export function asServersFold(name: string): string {
  return name.replaceAll('İ', 'i');
}

/** A node with its type's name. */
export interface TypedNode {
  readonly type: string;
  readonly node: AstNode;
}

/** The type name and the node of `{TypeName: {…}}`; undefined for anything else. */
export function unwrap(value: unknown): TypedNode | undefined {
  if (!isNode(value)) return undefined;
  let type: string | undefined;
  // Hot: Object.keys would make an array for every node of every statement.
  for (const key in value) {
    if (type !== undefined) return undefined;
    type = key;
  }
  if (type === undefined) return undefined;
  const node = value[type];
  return isNode(node) ? { type, node } : undefined;
}

/**
 * The text of a string literal, bare or cast to text; undefined when it is anything else. Other casts may change it:
 * `'role_x'::varchar(4)` is `role`.
 */
export function stringLiteral(value: unknown): string | undefined {
  const wrapped = unwrap(value);
  if (wrapped?.type === 'TypeCast')
    return isPlainText(wrapped.node) ? stringLiteral(wrapped.node.arg) : undefined;
  if (wrapped?.type !== 'A_Const' || !isNode(wrapped.node.sval)) return undefined;
  return text(wrapped.node.sval, 'sval');
}

function isPlainText(cast: AstNode): boolean {
  const type = child(cast, 'typeName');
  const name = nameParts(type.names).join('.');
  return ['text', 'pg_catalog.text', 'pg_catalog.varchar'].includes(name) && type.typmods === undefined;
}

/** A literal as a setting takes it: text, number or boolean as text; undefined when it is anything else. */
export function settingLiteral(value: unknown): string | undefined {
  const wrapped = unwrap(value);
  if (wrapped === undefined) return undefined;
  const { type, node } = wrapped;
  if (type === 'String') return text(node, 'sval');
  if (type !== 'A_Const') return stringLiteral(value);
  if (isNode(node.sval)) return text(node.sval, 'sval');
  if (isNode(node.ival)) return String(typeof node.ival.ival === 'number' ? node.ival.ival : 0);
  if (isNode(node.boolval)) return node.boolval.boolval === true ? 'true' : 'false';
  if (isNode(node.fval)) return text(node.fval, 'fval');
  return undefined;
}

/**
 * A boolean option as the server's defGetBoolean reads it: no argument is true. A spelling that the server refuses
 * counts as true, which is the stricter reading wherever this is used.
 */
export function optionIsOn(option: AstNode): boolean {
  const { arg } = option;
  if (!isNode(arg)) return true;
  const integer = unwrap(arg)?.type === 'Integer' ? child(arg, 'Integer') : undefined;
  if (integer !== undefined) return integer.ival !== undefined && integer.ival !== 0;
  const boolean = unwrap(arg)?.type === 'Boolean' ? child(arg, 'Boolean') : undefined;
  if (boolean !== undefined) return boolean.boolval === true;
  return !['false', 'off'].includes((settingLiteral(arg) ?? '').toLowerCase());
}

/** The value of a boolean option among `options`: the last one wins, as in the server. */
export function hasOption(options: readonly unknown[], name: string): boolean {
  let on = false;
  for (const option of options) {
    const node = isNode(option) ? child(option, 'DefElem') : {};
    if (text(node, 'defname').toLowerCase() === name) on = optionIsOn(node);
  }
  return on;
}
