import { maskOf, type PermissionMask } from '../policy/permission.js';
import type { ClassifyResult, Requirement, StatementClass, WallBreak } from './model.js';
import { type ParsedStatement, type ParsedText, parseText } from './parse.js';
import type { Finding } from './session.js';
import {
  effectOf,
  NEW_SESSION,
  type SessionEffect,
  type SessionState,
  TextSession,
} from './session-state.js';
import { STATEMENTS } from './statements.js';
import { child, unwrap } from './tree.js';
import { type NestedText, walkStatement } from './walk.js';

/**
 * What a text is and what running it requires (PERMISSIONS.md). Understands PostgreSQL 18's grammar; what cannot be
 * understood is a rejection, what nobody decided about needs `admin`. Synchronous: call {@link loadParser} once before,
 * and give texts over `INLINE_PARSE_BYTES` to a worker thread. Never throws.
 *
 * `session`: what earlier texts prepared and declared in the database session that this one is for. Each statement's
 * `effect` tells what it adds; apply it with `sessionAfter` once the statement succeeded.
 */
export function classify(sql: string, session: SessionState = NEW_SESSION): ClassifyResult {
  return classifyText(sql, 0, session);
}

/** Texts inside texts inside texts: each level is parsed anew, so there must be an end to it. */
const MAX_TEXT_DEPTH = 4;

function classifyText(sql: string, depth: number, state: SessionState): ClassifyResult {
  const result = parseText(sql);
  if (!result.ok) return result;
  const session = new TextSession(state);
  const nested = (inner: string) => nestedFindings(inner, depth + 1);
  const statements = result.parsed.statements.map((statement, i) => {
    const classified = classifyStatement(statement, i + 1, result.parsed, session, nested);
    session.note(classified);
    return classified;
  });
  const required = statements.reduce<PermissionMask>((mask, statement) => mask | statement.required, 0);
  const usesSession = session.wasAsked ? { usesSession: true } : {};
  return { ok: true, classification: { statements, required, ...usesSession } };
}

function classifyStatement(
  { stmt, start, end }: ParsedStatement,
  index: number,
  { offsetOf }: ParsedText,
  session: TextSession,
  nested: NestedText,
): StatementClass {
  const { findings, relations, functions } = walkStatement(stmt, session, nested);
  const requirements: Requirement[] = [];
  const wallBreaks: WallBreak[] = [];
  for (const finding of unique(findings)) {
    const { what, location } = finding;
    const place = location === undefined ? {} : { position: offsetOf(location) };
    if ('wall' in finding) wallBreaks.push({ when: finding.wall, statement: index, what, ...place });
    else requirements.push({ permission: finding.permission, statement: index, what, ...place });
  }
  const required = maskOf(requirements.map((requirement) => requirement.permission));
  const effect = sessionEffect(stmt, findings, session, nested);
  return {
    index,
    kind: kindOf(stmt),
    start,
    end,
    required,
    requirements,
    wallBreaks,
    relations,
    functions,
    ...(effect === undefined ? {} : { effect }),
  };
}

function sessionEffect(
  stmt: object,
  findings: readonly Finding[],
  session: TextSession,
  nested: NestedText,
): SessionEffect | undefined {
  const wrapped = unwrap(stmt);
  if (wrapped === undefined) return undefined;
  const { type, node } = wrapped;
  const planned = () => walkStatement(child(node, 'query'), session, nested, 'plan').findings;
  return effectOf(type, node, findings, planned);
}

function kindOf(stmt: object): string {
  const wrapped = unwrap(stmt);
  const row = wrapped && STATEMENTS[wrapped.type];
  if (wrapped === undefined || row === undefined) return 'UNKNOWN';
  return typeof row.kind === 'string' ? row.kind : row.kind(wrapped.node);
}

/** A text given to a function that runs it: its statements' findings, without places, which would be in that text. */
function nestedFindings(sql: string, depth: number): readonly Finding[] | undefined {
  const result = depth > MAX_TEXT_DEPTH ? undefined : classifyText(sql, depth, NEW_SESSION);
  if (!result?.ok) return undefined;
  return result.classification.statements.flatMap(({ requirements, wallBreaks }): Finding[] => [
    ...requirements.map(({ permission, what }) => ({ permission, what })),
    ...wallBreaks.map(({ when, what }) => ({ wall: when, what })),
  ]);
}

/** Each reason once, at its first place. */
function unique(findings: readonly Finding[]): Finding[] {
  const seen = new Set<string>();
  return findings.filter((finding) => {
    const key = `${'wall' in finding ? finding.wall : finding.permission} ${finding.what}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
