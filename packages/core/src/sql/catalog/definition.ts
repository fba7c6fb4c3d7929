import { nestedText, placeless } from '../nested.js';
import { INLINE_PARSE_BYTES, parseText, utf8Length } from '../parse.js';
import { NEW_SESSION, TextSession } from '../session-state.js';
import { type AstNode, list, unwrap } from '../tree.js';
import { walkStatement } from '../walk.js';
import type { Names } from './names.js';
import type { Events, Summary, UseMode } from './use.js';

/** How what a definition names is used. */
export interface DefinitionUse {
  readonly mode: UseMode;
  /** What happens to the relations in it, besides being read. */
  readonly events?: Events;
}

const RUN: DefinitionUse = { mode: 'run' };

/** What queries kept in the catalog need and use. */
export function queriesSummary(texts: readonly string[], names: Names, use = RUN): Summary {
  return joined(texts.map((text) => statementsSummary(statementsOf(text), names, use)));
}

/** The same for expressions. */
export function expressionsSummary(texts: readonly string[], names: Names, use = RUN): Summary {
  return queriesSummary(
    texts.map((text) => `SELECT ${text}`),
    names,
    use,
  );
}

/** The same for rules: their actions and condition, out of CREATE RULE. */
export function rulesSummary(texts: readonly string[], names: Names, use = RUN): Summary {
  const summaries = texts.map((text) => {
    const statements = statementsOf(text);
    const [rule, ...others] = (statements ?? []).map((stmt) => unwrap(stmt));
    if (rule?.type !== 'RuleStmt' || others.length > 0) return statementsSummary(undefined, names, use);
    const { whereClause } = rule.node;
    const actions = list(rule.node, 'actions') as readonly AstNode[];
    return statementsSummary([...actions, ...expressionStatement(whereClause)], names, use);
  });
  return joined(summaries);
}

/** A node as the statement that computes it. */
export function expressionStatement(val: unknown): AstNode[] {
  return val === undefined ? [] : [{ SelectStmt: { targetList: [{ ResTarget: { val } }] } }];
}

/** Undefined: too long to be looked into here, or not to be understood. */
export function statementsOf(text: string): readonly AstNode[] | undefined {
  if (utf8Length(text) > INLINE_PARSE_BYTES) return undefined;
  const result = parseText(text);
  return result.ok ? result.parsed.statements.map(({ stmt }) => stmt) : undefined;
}

export function joined(summaries: readonly Summary[]): Summary {
  return {
    findings: summaries.flatMap(({ findings }) => findings),
    uses: summaries.flatMap(({ uses }) => uses),
  };
}

/** Whoever reads would not know that names mean something else from then on. */
const CHANGES_PATH = { permission: 'execute', what: 'changes search_path' } as const;

function statementsSummary(
  statements: readonly AstNode[] | undefined,
  names: Names,
  { mode, events = 0 }: DefinitionUse,
): Summary {
  if (statements === undefined) {
    const what = 'whose definition is too long to be looked into';
    return { findings: [{ permission: 'execute', what, inherent: true }], uses: [] };
  }
  const session = new TextSession(NEW_SESSION);
  const walks = statements.map((stmt) =>
    walkStatement(stmt, session, nestedText(names), { mode, names, events }),
  );
  const path = walks.some(({ searched }) => searched.length > 0) ? [CHANGES_PATH] : [];
  return {
    findings: [...path, ...walks.flatMap(({ findings }) => findings.map(placeless))],
    uses: walks.flatMap(({ uses }) => uses.map(({ use }) => use)),
  };
}
