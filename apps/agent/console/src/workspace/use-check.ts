import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { type CheckInput, checkQuery, queryClient } from '../api/queries';
import type { EditorHandle } from '../editor/handle';
import { problemsOfCheck, problemsOfFailure } from '../editor/problems';
import { type Span, splitStatements } from '../editor/split';
import { statementAt } from '../editor/statement-at';
import { isRefusal } from '../run/outcome';
import type { Outcome } from '../tabs/model';

/** Longer than an agent nearby ever takes; then the console finds the statement itself. */
const PATIENCE_MS = 700;

/** Checks the text of the tab before it is run, and shows in the editor what stands in the way. */
export function useCheck(input: CheckInput, handle: EditorHandle | null, outcome: Outcome | undefined) {
  const { data: check } = useQuery(checkQuery(input));
  const { sql } = input;

  useEffect(() => {
    // Text typed since is checked in a moment.
    if (handle === null || handle.text() !== sql) return;
    const foreseen = check === undefined ? [] : problemsOfCheck(sql, check);
    const error = outcome?.error ?? null;
    const failed =
      outcome === undefined || error === null || isRefusal(error)
        ? []
        : problemsOfFailure(sql, error, outcome.sql, outcome.offset);
    handle.showProblems([...foreseen, ...failed]);
    if (check !== undefined && check.error === null) handle.showStatements(sql, check.statements);
  }, [handle, check, sql, outcome]);

  return sql.trim() === '' ? undefined : check;
}

/** The statement at the cursor, by the agent's parser; by the semicolons when it could not parse, or not in time. */
export async function currentStatement(input: CheckInput, cursor: number): Promise<Span | undefined> {
  const query = checkQuery(input);
  const patience = new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), PATIENCE_MS));
  const asked = query.enabled ? queryClient.fetchQuery(query).catch(() => undefined) : undefined;
  const check = await Promise.race([asked, patience]);
  const isParsed = check !== undefined && check.error === null && check.statements.length > 0;
  return statementAt(input.sql, isParsed ? check.statements : splitStatements(input.sql), cursor);
}
