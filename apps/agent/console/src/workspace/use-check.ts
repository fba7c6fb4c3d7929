import { useQuery } from '@tanstack/react-query';
import { useEffect, useMemo } from 'react';
import { type CheckInput, checkQuery, foreseenQuery, queryClient } from '../api/queries';
import type { Check } from '../check/foreseen';
import type { EditorHandle } from '../editor/handle';
import { problemsOfCheck, problemsOfFailure } from '../editor/problems';
import { type Span, splitStatements } from '../editor/split';
import { statementAt } from '../editor/statement-at';
import { isRefusal } from '../run/outcome';
import type { Outcome } from '../tabs/model';

/** Longer than parsing ever takes; then the console finds the statement itself. */
const PATIENCE_MS = 700;

/**
 * Checks the text of the tab before it is run, and shows in the editor what stands in the way: what this browser foresees at once, and
 * what the agent says as soon as it has.
 */
export function useCheck(
  input: CheckInput,
  handle: EditorHandle | null,
  outcome: Outcome | undefined,
): Check | undefined {
  const { data: foreseen } = useQuery(foreseenQuery(input));
  const { data: said } = useQuery(checkQuery(input));
  const { sql } = input;
  const check = useMemo(
    () => (said === undefined ? (foreseen ?? undefined) : { ...said, isForeseen: false }),
    [said, foreseen],
  );

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

/** The statement at the cursor, as PostgreSQL's grammar has it; by the semicolons when the text is no SQL, or it takes too long. */
export async function currentStatement(input: CheckInput, cursor: number): Promise<Span | undefined> {
  const patience = new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), PATIENCE_MS));
  const check = await Promise.race([parsed(input), patience]);
  const isParsed = check != null && check.error === null && check.statements.length > 0;
  return statementAt(input.sql, isParsed ? check.statements : splitStatements(input.sql), cursor);
}

async function parsed(input: CheckInput) {
  const here = foreseenQuery(input);
  if (!here.enabled) return undefined;
  const foreseen = await queryClient.fetchQuery(here).catch(() => null);
  return foreseen ?? queryClient.fetchQuery(checkQuery(input)).catch(() => undefined);
}
