import { syntaxTree } from '@codemirror/language';
import type { EditorState } from '@codemirror/state';
import type { NamesResponse } from '@postern/agent/console-catalog';

type Routine = NamesResponse['functions'][number];

/** A call that a place in the text is among the arguments of. */
export interface Call {
  /** As it is written: `sales.discount`, `"Odd"`. */
  readonly name: string;
  /** Where the name begins. */
  readonly from: number;
  /** From 0. */
  readonly argument: number;
}

/** Names are case-folded where they are not quoted, as PostgreSQL does. */
const folded = (written: string): string =>
  written.replace(/"((?:[^"]|"")*)"|[^"]+/g, (part, quoted: string | undefined) =>
    quoted === undefined ? part.toLowerCase() : quoted.replaceAll('""', '"'),
  );

const NAME = /^(Identifier|QuotedIdentifier|CompositeIdentifier|Keyword|Type|Builtin)$/;

/** The innermost call around a place, as far as the text is a tree already; whether it is a function's is not said. */
export function callAt(state: EditorState, pos: number): Call | undefined {
  const isOpenAt = (from: number, to: number) =>
    from < pos && (pos < to || state.sliceDoc(to - 1, to) !== ')');
  let node = syntaxTree(state).resolveInner(pos, -1);
  let name = node.prevSibling;
  while (node.name !== 'Parens' || !isOpenAt(node.from, node.to) || name === null || !NAME.test(name.name)) {
    if (node.parent === null || node.name === 'Statement') return undefined;
    node = node.parent;
    name = node.prevSibling;
  }
  let argument = 0;
  for (let part = node.firstChild; part !== null && part.to <= pos; part = part.nextSibling) {
    if (part.name === 'Punctuation' && state.sliceDoc(part.from, part.to) === ',') argument++;
  }
  return { name: state.sliceDoc(name.from, name.to), from: name.from, argument };
}

/** The arguments of a signature as PostgreSQL prints it, one by one: `numeric(10,2)` and `DEFAULT 'a,b'` are no ends. */
export function argumentsOf(signature: string): string[] {
  const parts: string[] = [];
  let [depth, isQuoted, part] = [0, false, ''];
  for (const char of signature) {
    if (char === "'" || char === '"') isQuoted = !isQuoted;
    if (!isQuoted) depth += char === '(' || char === '[' ? 1 : char === ')' || char === ']' ? -1 : 0;
    if (char === ',' && depth === 0 && !isQuoted) {
      parts.push(part.trim());
      part = '';
    } else part += char;
  }
  return part.trim() === '' ? parts : [...parts, part.trim()];
}

export interface Signature {
  readonly routine: Routine;
  readonly arguments: readonly string[];
  /** Of the one that is being written; -1: it takes none. */
  readonly current: number;
}

/** A caller writes no OUT parameters. */
const isWritten = (argument: string): boolean => !/^OUT /.test(argument);

function signatureOf(routine: Routine, argument: number): Signature | undefined {
  const all = argumentsOf(routine.arguments).filter(isWritten);
  const last = all.length - 1;
  const isVariadic = /^VARIADIC /.test(all[last] ?? '');
  if (argument > last && !isVariadic && !(last < 0 && argument === 0)) return undefined;
  return { routine, arguments: all, current: Math.min(argument, last) };
}

/** What functions of that name take, those first that a caller without a schema means, and the shorter of them. */
export function signaturesOf(
  { functions, searchPath }: NamesResponse,
  { name, argument }: Call,
): Signature[] {
  const wanted = folded(name.replace(/\s*\.\s*/g, '.'));
  const path = ['pg_catalog', ...searchPath];
  return functions
    .filter(
      (routine) =>
        wanted === `${routine.schema}.${routine.name}` ||
        (wanted === routine.name && path.includes(routine.schema)),
    )
    .flatMap((routine) => signatureOf(routine, argument) ?? [])
    .sort(
      (left, right) =>
        path.indexOf(left.routine.schema) - path.indexOf(right.routine.schema) ||
        left.arguments.length - right.arguments.length,
    );
}
