import type { ExportProgress, ExportRequest } from '@postern/agent/console-contract';
import { useQueryClient } from '@tanstack/react-query';
import { type Dispatch, useRef } from 'react';
import { api, ConsoleFailure, type ErrorDetail } from '../api/client';
import { stream } from '../api/stream';
import { runExport } from '../export/run-export';
import { addToHistory } from '../history/history';
import { bindable, type Values } from '../parameters/placeholders';
import { plural } from '../results/format';
import type { Shape } from '../results/shape';
import type { Action, Transaction } from '../tabs/model';
import { newTabId } from '../tabs/storage';
import { Collector } from './collect';
import { FIRST_ROWS } from './limits';
import { historyEntryOf, outcomeOf, outcomeOfError, type Sent } from './outcome';

const STOPPED_WAITING = {
  code: 'sql.cancelled',
  message: 'you stopped waiting; the statement may still be running in the database',
  fix: 'look at the audit trail for how it ended',
};

/** A lost database or a lost sign-in takes the tab's session, and its transaction, with it. */
function transactionAfter(failure: ConsoleFailure): { transaction?: Transaction } {
  const isGone = failure.detail.code === 'connection.unavailable' || failure.status === 401;
  return isGone ? { transaction: 'idle' } : {};
}

export interface RunRequest {
  readonly tab: string;
  readonly connection: string;
  readonly sql: string;
  readonly offset: number;
  readonly firstLine: number;
  /** Leave the results that are shown, unless it fails. */
  readonly isQuiet?: boolean;
  /** Hears why it failed, in place of the results pane: what is shown stays. */
  readonly onError?: (error: ErrorDetail) => void;
  /** Most rows of each result; absent: {@link FIRST_ROWS}. */
  readonly maxRows?: number;
  /** Rows that each statement must touch, else everything is rolled back. */
  readonly expectRows?: readonly number[];
  /** What the placeholders of the text stand for; absent: it has none. */
  readonly parameters?: Values | undefined;
  /** Goes on where foreign keys were followed to, in place of beginning anew. */
  readonly keepsTrail?: boolean;
  /** What the text was made from to filter and sort. */
  readonly shape?: Shape | undefined;
}

function optionsOf({ maxRows = FIRST_ROWS, expectRows }: RunRequest, manualCommit: boolean) {
  return {
    maxRows,
    ...(manualCommit ? { manualCommit } : {}),
    ...(expectRows === undefined ? {} : { expectRows: [...expectRows] }),
  };
}

function wordsOf({ state, rows, message }: ExportProgress): string {
  if (state === 'done') return `exported ${plural(rows, 'row')}`;
  return state === 'cancelled' ? 'the export was cancelled' : `not exported: ${message ?? 'it failed'}`;
}

/** Runs and cancels: one statement text at a time in each tab. */
export function useRunner(
  dispatch: Dispatch<Action>,
  historyKey: string,
  isManual: (connection: string) => boolean,
) {
  const queryClient = useQueryClient();
  const waiting = useRef(new Map<string, AbortController>());
  const runs = useRef(0);

  /** Resolves with the last command tag, or nothing when it did not succeed. */
  async function run(request: RunRequest): Promise<string | undefined> {
    const { tab, connection, sql, parameters, offset, firstLine, isQuiet = false } = request;
    if (waiting.current.has(tab)) return undefined;
    const controller = new AbortController();
    waiting.current.set(tab, controller);
    const at = Date.now();
    const startedAt = performance.now();
    const elapsed = () => performance.now() - startedAt;
    const { shape } = request;
    const sent: Sent = { id: ++runs.current, connection, sql, offset, firstLine, parameters, shape };
    const collector = new Collector(() => {
      if (isQuiet) return;
      const outcome = outcomeOf(sent, collector.shown(false), undefined, elapsed());
      dispatch({ type: 'progress', id: tab, outcome });
    });
    dispatch({ type: 'started', id: tab, at: startedAt, keepsTrail: isQuiet || request.keepsTrail === true });
    try {
      const end = await stream.run(
        { connection, tab, ...bindable(sql, parameters), ...optionsOf(request, isManual(connection)) },
        collector,
        controller.signal,
      );
      const outcome = outcomeOf(sent, collector.shown(true), end, elapsed());
      addToHistory(historyKey, historyEntryOf(outcome, newTabId(), at));
      const isShown = isQuiet ? end.error !== null && request.onError === undefined : true;
      if (end.error !== null) request.onError?.(end.error);
      dispatch({
        type: 'finished',
        id: tab,
        outcome: isShown ? outcome : null,
        transaction: end.transaction,
      });
      return end.error === null ? collector.results.at(-1)?.command : undefined;
    } catch (error) {
      const failure = error instanceof ConsoleFailure ? error : new ConsoleFailure(0, STOPPED_WAITING);
      const outcome = outcomeOfError(sent, collector.shown(true), failure.detail, elapsed());
      if (failure.status !== 401) addToHistory(historyKey, historyEntryOf(outcome, newTabId(), at));
      request.onError?.(failure.detail);
      const shown = request.onError === undefined ? outcome : null;
      dispatch({ type: 'finished', id: tab, outcome: shown, ...transactionAfter(failure) });
      // A refusal or a connection that went may mean that the rules changed a moment ago.
      void queryClient.invalidateQueries({ queryKey: ['connections'] });
      return undefined;
    } finally {
      waiting.current.delete(tab);
    }
  }

  /** Asks the agent to cancel; asked again, stops waiting for an answer. */
  async function cancel(tab: string, isCancelling: boolean): Promise<void> {
    if (isCancelling) {
      waiting.current.get(tab)?.abort();
      return;
    }
    dispatch({ type: 'cancelling', id: tab });
    // The run's own answer says how it ended; an unanswered cancel leaves the second click.
    await api.cancel(tab).catch(() => {});
  }

  /** Writes a result to a file; the tab's session is busy meanwhile. Resolves with how it ended, in words. */
  async function exportFile(
    { parameters, ...request }: Omit<ExportRequest, 'parameters'> & { parameters?: Values | undefined },
    onProgress: (progress: ExportProgress) => void,
  ): Promise<string> {
    const { tab } = request;
    if (waiting.current.has(tab)) return 'this tab is still running a statement';
    waiting.current.set(tab, new AbortController());
    dispatch({ type: 'started', id: tab, at: performance.now(), keepsTrail: true });
    let end: ExportProgress | undefined;
    try {
      end = await runExport({ ...request, ...bindable(request.sql, parameters) }, onProgress);
      return wordsOf(end);
    } catch (error) {
      return error instanceof ConsoleFailure ? error.message : 'the export could not be followed';
    } finally {
      waiting.current.delete(tab);
      const transaction = end?.transaction ?? undefined;
      dispatch({ type: 'finished', id: tab, outcome: null, ...(transaction ? { transaction } : {}) });
    }
  }

  /** Ends the tab's database session; its transaction is rolled back. */
  async function close(tab: string): Promise<void> {
    waiting.current.get(tab)?.abort();
    await api.close(tab).catch(() => {});
  }

  return { run, cancel, close, exportFile };
}
