import { INLINE_PARSE_BYTES, utf8Length } from '../parse.js';
import { type AstNode, isNode, list, settingLiteral, text, unwrap } from '../tree.js';
import { expressionStatement, statementsOf } from './definition.js';
import type { CatalogFunction } from './model.js';
import { plpgsqlStatements } from './plpgsql.js';

/** What a function runs, as statements to walk; or why that cannot be told. */
export type FunctionBody =
  | {
      readonly statements: readonly Statement[];
      /** Of its arguments: their types and defaults. */
      readonly signature: readonly Statement[];
      /** Its names were resolved when it was made (BEGIN ATOMIC, RETURN). */
      readonly isAtomic: boolean;
    }
  | { readonly opaque: string };

interface Statement {
  readonly stmt: AstNode;
}

/** Looks into the definition of a function in sql or plpgsql. */
export function functionBody({ language, definition }: CatalogFunction): FunctionBody {
  if (language !== 'sql' && language !== 'plpgsql') return { opaque: `which is written in ${language}` };
  if (definition === undefined) return { opaque: 'whose body the catalog does not show' };
  if (utf8Length(definition) > INLINE_PARSE_BYTES)
    return { opaque: 'whose body is too long to be looked into' };
  const [created, ...others] = statementsOf(definition) ?? [];
  const node = created?.CreateFunctionStmt;
  if (!isNode(node) || others.length > 0) return UNREADABLE;
  const signature = signatureOf(node).map(wrapped);
  if (isNode(node.sql_body)) {
    const statements = atomicStatements(node.sql_body).map(wrapped);
    return language === 'sql' ? { statements, signature, isAtomic: true } : UNREADABLE;
  }
  const source = sourceOf(node);
  if (source === undefined) return UNREADABLE;
  const found = language === 'sql' ? statementsOf(source) : plpgsqlStatements(definition, source);
  if (found === undefined) return UNREADABLE;
  return 'opaque' in found ? found : { statements: found.map(wrapped), signature, isAtomic: false };
}

const UNREADABLE: FunctionBody = { opaque: 'whose body cannot be understood' };

function wrapped(stmt: AstNode): Statement {
  return { stmt };
}

/** The text after AS. Functions in C have two. */
function sourceOf(node: AstNode): string | undefined {
  const sources = list(node, 'options').flatMap((option) => {
    const element = unwrap(option)?.node ?? {};
    if (text(element, 'defname') !== 'as') return [];
    return list(unwrap(element.arg)?.node ?? {}, 'items');
  });
  return sources.length === 1 ? settingLiteral(sources[0]) : undefined;
}

function signatureOf(node: AstNode): AstNode[] {
  return list(node, 'parameters').flatMap((parameter) => {
    const { argType, defexpr } = unwrap(parameter)?.node ?? {};
    const typed = isNode(argType) ? [castTo(argType)] : [];
    return [...typed, ...expressionStatement(defexpr)];
  });
}

/** `NULL::type` as a statement. */
export function castTo(typeName: AstNode): AstNode {
  const [statement = {}] = expressionStatement({
    TypeCast: { arg: { A_Const: { isnull: true } }, typeName },
  });
  return statement;
}

/** RETURN's expression is a statement; BEGIN ATOMIC's are in a list of lists. */
function atomicStatements(body: AstNode): AstNode[] {
  const { List } = body;
  if (!isNode(List)) return [body];
  return list(List, 'items').flatMap((item) => (isNode(item) ? atomicStatements(item) : []));
}
