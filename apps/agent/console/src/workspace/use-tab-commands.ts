import type { Dispatch, RefObject } from 'react';
import type { PastRun } from '../history/past';
import { plural } from '../results/format';
import type { useRunner } from '../run/use-runner';
import { type Action, newTab, type Tab, type TabStart, type Workspace } from '../tabs/model';
import { newTabId } from '../tabs/storage';
import { isSameView, type TabView } from '../tabs/view';
import type { ToastMessage } from './toast';
import { unappliedRows } from './unapplied';
import type { Question } from './use-commands';

interface TabContext {
  readonly workspace: RefObject<Workspace>;
  readonly dispatch: Dispatch<Action>;
  readonly runner: ReturnType<typeof useRunner>;
  readonly active: Tab;
  readonly flush: () => void;
  readonly onAsk: (question: Question) => void;
  readonly onToast: (message: ToastMessage) => void;
}

/** Opening, closing and changing tabs. A tab is a database session, so some of it ends one. */
export function useTabCommands({ workspace, dispatch, runner, active, flush, onAsk, onToast }: TabContext) {
  const open = (start: TabStart = {}): Tab => {
    flush();
    const tab = newTab(newTabId(), workspace.current.tabs, { connection: active.connection, ...start });
    dispatch({ type: 'open', tab });
    return tab;
  };

  /** The tab that shows it already, or a new one. */
  const openView = (title: string, connection: string, view: TabView) => {
    const isIt = (tab: Tab) => tab.connection === connection && isSameView(tab.view, view);
    const shown = workspace.current.tabs.find(isIt);
    if (shown === undefined) open({ title, connection, view });
    else activate(shown.id);
  };

  const reopen = () => dispatch({ type: 'reopen' });

  const closeNow = (tab: Tab) => {
    flush();
    dispatch({ type: 'close', id: tab.id, spare: newTab(newTabId(), [], { connection: tab.connection }) });
    void runner.close(tab.id);
    onToast({ text: `Closed ${tab.title}`, action: { name: 'Undo', run: reopen } });
  };

  const close = (id: string) => {
    const tab = workspace.current.tabs.find((candidate) => candidate.id === id);
    if (tab === undefined) return;
    const isRunning = workspace.current.running[id] !== undefined;
    const staged = unappliedRows(workspace.current, id);
    if (!isRunning && tab.transaction === 'idle' && staged === 0) return closeNow(tab);
    const [text, action] = isRunning
      ? ['A statement is running. Closing the tab cancels it and rolls back its transaction.', 'Cancel']
      : tab.transaction !== 'idle'
        ? ['Its transaction is open. Closing the tab rolls it back.', 'Roll back']
        : [`Changes to ${plural(staged, 'row')} are staged there and not applied.`, 'Discard'];
    onAsk({
      title: `Close ${tab.title}?`,
      text,
      action: `${action} and close`,
      onConfirm: () => closeNow(tab),
    });
  };

  /** Several at once; asks first where work of a database would be undone. */
  const closeAll = (ids: readonly string[]) => {
    const { tabs, running } = workspace.current;
    const chosen = tabs.filter(({ id }) => ids.includes(id));
    const busy = chosen.filter(
      ({ id, transaction }) =>
        running[id] !== undefined || transaction !== 'idle' || unappliedRows(workspace.current, id) > 0,
    );
    const closeThem = () => {
      for (const tab of chosen) closeNow(tab);
      const undo = () => chosen.forEach(reopen);
      onToast({ text: `Closed ${plural(chosen.length, 'tab')}`, action: { name: 'Undo', run: undo } });
    };
    if (chosen.length === 0) return;
    if (busy.length === 0) return closeThem();
    onAsk({
      title: `Close ${plural(chosen.length, 'tab')}?`,
      text: `In ${busy.map(({ title }) => title).join(', ')} something runs, a transaction is open or changes are staged. Closing undoes it.`,
      action: 'Close them',
      onConfirm: closeThem,
    });
  };

  const duplicate = (id: string) => {
    flush();
    const tab = workspace.current.tabs.find((candidate) => candidate.id === id);
    if (tab === undefined) return;
    const { title, connection, text, view, parameters } = tab;
    open({ title: `${title} (copy)`, connection, text, view, parameters });
  };
  const move = (id: string, to: number) => dispatch({ type: 'move', id, to });

  const changeNow = async (connection: string) => {
    // The old session ends first: it belongs to the other database.
    if (active.connection !== null) await runner.close(active.id);
    dispatch({ type: 'change', id: active.id, change: { connection, transaction: 'idle' } });
  };

  const changeConnection = (connection: string) => {
    if (connection === active.connection) return;
    if (active.transaction === 'idle') return void changeNow(connection);
    onAsk({
      title: 'Change the connection?',
      text: 'This tab has an open transaction. Changing the connection rolls it back.',
      action: 'Roll back and change',
      onConfirm: () => void changeNow(connection),
    });
  };

  const openEntry = ({ sql, connection }: PastRun) => open({ text: sql, connection });
  const rename = (id: string, title: string) => dispatch({ type: 'change', id, change: { title } });
  const activate = (id: string) => {
    flush();
    dispatch({ type: 'activate', id });
  };
  const goTo = (index: number) => {
    const id = workspace.current.tabs[index]?.id;
    if (id !== undefined) activate(id);
  };

  return {
    open: () => open(),
    openWith: open,
    openView,
    reopen,
    close,
    closeAll,
    duplicate,
    move,
    changeConnection,
    openEntry,
    rename,
    activate,
    goTo,
  };
}
