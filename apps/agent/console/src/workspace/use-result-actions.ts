import { type Dispatch, useMemo, useRef } from 'react';
import type { ErrorDetail } from '../api/client';
import type { ResultActions } from '../results/actions';
import type { RunRequest, useRunner } from '../run/use-runner';
import type { Action, Tab } from '../tabs/model';
import type { ToastMessage } from './toast';
import type { useTabCommands } from './use-tab-commands';

interface ActionContext {
  readonly tab: Tab;
  readonly dispatch: Dispatch<Action>;
  readonly tabs: Pick<ReturnType<typeof useTabCommands>, 'openWith'>;
  readonly connection: string | null;
  readonly runner: ReturnType<typeof useRunner>;
  readonly cancel: () => void;
  readonly onToast: (message: ToastMessage) => void;
}

/** What the results in front may ask for; the same object as long as the console is shown, so that they are not drawn anew. */
export function useResultActions(context: ActionContext): ResultActions {
  const latest = useRef(context);
  latest.current = context;
  return useMemo(() => {
    const run = async (
      sql: string,
      more: Partial<
        Pick<
          RunRequest,
          'maxRows' | 'expectRows' | 'isQuiet' | 'onError' | 'parameters' | 'keepsTrail' | 'shape'
        >
      >,
    ) => {
      const { tab, connection, runner } = latest.current;
      if (connection === null) return undefined;
      return runner.run({ tab: tab.id, connection, sql, offset: 0, firstLine: 1, ...more });
    };
    return {
      run: (sql, parameters, more = {}) => void run(sql, { parameters, keepsTrail: true, ...more }),
      apply: async (statements) => {
        const expectRows = statements.map(() => 1);
        let problem: string | undefined = 'choose a connection first';
        const onError = ({ message, statement, fix }: ErrorDetail) => {
          const which = statement === undefined ? '' : `statement ${statement}: `;
          problem = [which + message, fix].filter(Boolean).join('; ');
        };
        const command = await run(`${statements.join(';\n')};`, { expectRows, isQuiet: true, onError });
        if (command === undefined) return problem;
        latest.current.onToast({
          text: `Changed ${statements.length === 1 ? 'one row' : `${statements.length} rows`}`,
        });
        return undefined;
      },
      exportFile: (sql, parameters) => async (format, onProgress) => {
        const { tab, connection, runner } = latest.current;
        if (connection === null) return 'no connection';
        return runner.exportFile(
          { ...{ connection, tab: tab.id, sql, parameters }, format, name: connection },
          onProgress,
        );
      },
      cancel: () => latest.current.cancel(),
      follow: ({ table, condition, sql, parameters }, from, isInPlace) => {
        const { tab, tabs, connection, runner, dispatch } = latest.current;
        const of = from.outcome.connection;
        if (isInPlace && connection === of) {
          const label = `${table} (${condition})`.slice(0, 200);
          dispatch({ type: 'follow', id: tab.id, from, label });
          return void run(sql, { parameters, keepsTrail: true });
        }
        const other = tabs.openWith({ title: table.slice(0, 60), text: sql, connection: of, parameters });
        void runner.run({ tab: other.id, connection: of, sql, parameters, offset: 0, firstLine: 1 });
      },
      step: (by) => latest.current.dispatch({ type: 'step', id: latest.current.tab.id, by }),
      openInTab: ({ sql, connection, parameters }, title) => {
        latest.current.tabs.openWith({ title: title.slice(0, 60), text: sql, connection, parameters });
      },
      pin: (pin) => latest.current.dispatch({ type: 'pin', id: latest.current.tab.id, pin }),
      close: (result) => latest.current.dispatch({ type: 'close-result', id: latest.current.tab.id, result }),
      unpin: (result) => latest.current.dispatch({ type: 'unpin', id: latest.current.tab.id, result }),
    };
  }, []);
}
