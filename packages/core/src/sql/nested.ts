import { maskOf } from '../policy/permission.js';
import type { Names } from './catalog/names.js';
import { type ParsedStatement, parseText } from './parse.js';
import type { Finding } from './session.js';
import { effectOf, NEW_SESSION, type SessionEffect, TextSession } from './session-state.js';
import { child, unwrap } from './tree.js';
import { type NestedText, type WalkResult, walkStatement } from './walk.js';

/** Texts inside texts inside texts: each level is parsed anew, so there must be an end to it. */
const MAX_TEXT_DEPTH = 4;

/** Looks into the texts that a text gives to functions which run them. */
export function nestedText(names: Names | undefined, depth = 1): NestedText {
  return (sql) => {
    const result = depth > MAX_TEXT_DEPTH ? undefined : parseText(sql);
    return result?.ok ? walkText(result.parsed.statements, names, depth) : undefined;
  };
}

/**
 * All that the statements of a text of its own need and use, without places, which would be in that text. `keeps`: they
 * leave something in their session, as PREPARE does.
 */
export function walkText(
  statements: readonly Pick<ParsedStatement, 'stmt'>[],
  names: Names | undefined,
  depth = 0,
): Pick<WalkResult, 'findings' | 'uses' | 'searched'> & { readonly keeps: boolean } {
  let keeps = false;
  const session = new TextSession(NEW_SESSION);
  const nested = nestedText(names, depth + 1);
  const walks = statements.map(({ stmt }) => {
    const walk = walkStatement(stmt, session, nested, { names });
    // Code that the statement uses may prepare statements of its own.
    const code = walk.uses.length > 0 ? (['execute'] as const) : [];
    const required = maskOf([...code, ...walk.findings.flatMap(permissionOf)]);
    const effect = statementEffect(stmt, walk.findings, session, nested);
    keeps ||= effect !== undefined;
    session.note({ required, ...(effect === undefined ? {} : { effect }) });
    return walk;
  });
  return {
    findings: walks.flatMap(({ findings }) => findings.map(placeless)),
    uses: walks.flatMap(({ uses }) => uses.map(({ use }) => ({ use, location: undefined }))),
    searched: walks.flatMap(({ searched }) => searched),
    keeps,
  };
}

/** What a statement does to its session once it succeeded. `plan`: what planning the statement that PREPARE keeps does. */
export function statementEffect(
  stmt: object,
  findings: readonly Finding[],
  session: TextSession,
  nested: NestedText,
  plan?: (query: object) => readonly Finding[],
): SessionEffect | undefined {
  const wrapped = unwrap(stmt);
  if (wrapped === undefined) return undefined;
  const { type, node } = wrapped;
  const query = child(node, 'query');
  const planned = () => plan?.(query) ?? walkStatement(query, session, nested, { mode: 'plan' }).findings;
  return effectOf(type, node, findings, planned, session.against);
}

/** A finding without its place. */
export function placeless(finding: Finding): Finding {
  const { what } = finding;
  return 'wall' in finding ? { wall: finding.wall, what } : { permission: finding.permission, what };
}

function permissionOf(finding: Finding) {
  return 'wall' in finding ? [] : [finding.permission];
}
