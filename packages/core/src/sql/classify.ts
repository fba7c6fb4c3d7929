import { maskOf, type PermissionMask } from '../policy/permission.js';
import type { Catalog } from './catalog/catalog.js';
import { anyStatementUses, Names, pathOf } from './catalog/names.js';
import { SearchPath } from './catalog/path.js';
import { reasonsOf } from './catalog/reach.js';
import { storesCode } from './catalog/stores-code.js';
import { sensitiveLiterals } from './literals.js';
import type {
  ClassifyResult,
  NotesWanted,
  Requirement,
  StatementClass,
  StatementNotes,
  WallBreak,
} from './model.js';
import { nestedText, statementEffect } from './nested.js';
import { fingerprintOf, type ParsedStatement, type ParsedText, parseText } from './parse.js';
import type { Finding } from './session.js';
import { NEW_SESSION, type SessionState, TextSession, withSchemas } from './session-state.js';
import { type Mode, STATEMENTS } from './statements.js';
import { type AstNode, unwrap } from './tree.js';
import { type WalkResult, walkStatement } from './walk.js';

/**
 * What a text is and what running it requires (PERMISSIONS.md). Understands PostgreSQL 18's grammar; what cannot be
 * understood is a rejection, what nobody decided about needs `admin`. Synchronous: call {@link loadParser} once before,
 * and give texts over `INLINE_PARSE_BYTES` to a worker thread. Never throws.
 *
 * `session`: what earlier texts prepared and declared in the database session that this one is for. Each statement's
 * `effect` tells what it adds; apply it with `sessionAfter` once the statement succeeded.
 *
 * `catalog`: what the database has of its own. Without one, every function that is not PostgreSQL's own needs `execute`,
 * and what views, triggers and types run is not known. A result holds for the same text and catalog in sessions with the
 * same `sessionNamesKey`, unless it says that it `usesSession`.
 *
 * `wanted`: what the audit trail wants to know besides.
 */
export function classify(
  sql: string,
  session: SessionState = NEW_SESSION,
  catalog?: Catalog,
  wanted?: NotesWanted,
): ClassifyResult {
  const result = parseText(sql);
  if (!result.ok) return result;
  const text = new TextSession(session, catalog?.data.version);
  const statements = result.parsed.statements.map((statement, i) => {
    const classified = classifyStatement(statement, i + 1, result.parsed, text, catalog);
    text.note(classified);
    return classified;
  });
  const required = statements.reduce<PermissionMask>((mask, statement) => mask | statement.required, 0);
  const usesSession = text.wasAsked ? { usesSession: true } : {};
  const notes = wanted === undefined ? {} : { notes: notesOf(sql, result.parsed, wanted) };
  return { ok: true, classification: { statements, required, ...usesSession, ...notes } };
}

function notesOf(sql: string, parsed: ParsedText, wanted: NotesWanted): StatementNotes {
  const literals = sensitiveLiterals(sql, parsed.statements, parsed.offsetOf, wanted.columns);
  const fingerprint = wanted.fingerprint ? fingerprintOf(sql) : undefined;
  return fingerprint === undefined ? { literals } : { literals, fingerprint };
}

function classifyStatement(
  { stmt, start, end }: ParsedStatement,
  index: number,
  { offsetOf }: ParsedText,
  session: TextSession,
  catalog: Catalog | undefined,
): StatementClass {
  const found = catalog === undefined ? plainFindings(stmt, session) : liveFindings(stmt, session, catalog);
  const requirements: Requirement[] = [];
  const wallBreaks: WallBreak[] = [];
  for (const finding of unique(found.findings)) {
    const { what, location } = finding;
    const place = location === undefined ? {} : { position: offsetOf(location) };
    if ('wall' in finding) wallBreaks.push({ when: finding.wall, statement: index, what, ...place });
    else requirements.push({ permission: finding.permission, statement: index, what, ...place });
  }
  const required = maskOf(requirements.map((requirement) => requirement.permission));
  const { relations, functions, kept } = found;
  const kind = kindOf(stmt);
  return { index, kind, start, end, required, requirements, wallBreaks, relations, functions, ...kept };
}

interface Found {
  readonly findings: readonly Finding[];
  readonly relations: readonly string[];
  readonly functions: readonly string[];
  /** What it leaves in its session. */
  readonly kept: Pick<StatementClass, 'effect' | 'storesCode' | 'searched'>;
}

/** By the text alone: what is not PostgreSQL’s own is code that nobody looked into. */
function plainFindings(stmt: AstNode, session: TextSession): Found {
  const nested = nestedText(undefined);
  const { findings, relations, functions } = walkStatement(stmt, session, nested);
  const effect = statementEffect(stmt, findings, session, nested);
  return { findings, relations, functions, kept: effect === undefined ? {} : { effect } };
}

/** With what the catalog says of everything that it names. */
function liveFindings(stmt: AstNode, session: TextSession, catalog: Catalog): Found {
  const names = namesOf(session.state, catalog);
  const { relations, functions, searched, ...first } = liveWalk(stmt, session, names);
  // Bodies of functions that the statement calls look for names where it told to.
  const path = withSchemas(session.state.searchPath, searched);
  const later = namesOf({ ...session.state, searchPath: path }, catalog);
  const findings =
    later.path.key === names.path.key ? first.findings : liveWalk(stmt, session, later).findings;
  const nested = nestedText(names);
  const plan = (query: object) => liveWalk(query, session, later, 'plan').findings;
  const effect = statementEffect(stmt, findings, session, nested, plan);
  const stored = storesCode(stmt, later, session, nested);
  const kept = {
    ...(effect === undefined ? {} : { effect }),
    ...(stored ? { storesCode: stored } : {}),
    ...(searched.length === 0 ? {} : { searched }),
  };
  return { findings, relations, functions, kept };
}

function namesOf({ searchPath, storedCode }: SessionState, catalog: Catalog): Names {
  const { data } = catalog;
  const path =
    searchPath === 'any' ? SearchPath.ANY : pathOf([...data.searchPath, ...(searchPath ?? [])], data);
  return Names.inText(catalog, path, storedCode);
}

/** One walk, with everything that the uses in it lead to. */
function liveWalk(stmt: object, session: TextSession, names: Names, mode: Mode = 'run'): WalkResult {
  const { catalog } = names;
  const walk = walkStatement(stmt as AstNode, session, nestedText(names), { mode, names });
  const findings = [...walk.findings];
  for (const { use, location } of walk.uses)
    for (const reason of reasonsOf(catalog, use)) findings.push({ ...reason, location });
  const changesSchema = findings.some((finding) => 'permission' in finding && finding.permission === 'ddl');
  for (const use of anyStatementUses(names, changesSchema)) findings.push(...reasonsOf(catalog, use));
  return { ...walk, findings };
}

function kindOf(stmt: object): string {
  const wrapped = unwrap(stmt);
  const row = wrapped && STATEMENTS[wrapped.type];
  if (wrapped === undefined || row === undefined) return 'UNKNOWN';
  return typeof row.kind === 'string' ? row.kind : row.kind(wrapped.node);
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
