import type { MeResponse } from '@postern/agent/console-contract';
import { useQuery } from '@tanstack/react-query';
import { useCallback, useMemo, useRef, useState } from 'react';
import { namesQuery } from '../api/catalog';
import { savedQuery } from '../api/kept';
import type { CheckInput } from '../api/queries';
import type { Connection } from '../connections/connection-switcher';
import { useRecency } from '../connections/recent';
import { ownSnippets } from '../editor/own-snippets';
import { HistoryPanel } from '../history/history-panel';
import { ParametersDialog } from '../parameters/parameters-dialog';
import { useParameters } from '../parameters/use-parameters';
import { useCommitMode } from '../run/commit-mode';
import { Toolbar } from '../run/toolbar';
import { useRunner } from '../run/use-runner';
import { SavedPanel } from '../saved/saved-panel';
import { KeyboardSheet } from '../shell/keyboard-sheet';
import { useShortcuts } from '../shell/use-shortcuts';
import type { Pin } from '../tabs/model';
import { TabBar } from '../tabs/tab-bar';
import { useWorkspace } from '../tabs/use-workspace';
import { TreePanel } from '../tree/tree-panel';
import { Confirm } from '../ui/modal';
import { QueryPane } from './query-pane';
import { TabPage } from './tab-page';
import { Toast, type ToastMessage } from './toast';
import { useCheck } from './use-check';
import { useCommands } from './use-commands';
import { useDeepLink } from './use-deep-link';
import { useEditor } from './use-editor';
import { useLeave } from './use-leave';
import { useObjectCommands } from './use-object-commands';
import { usePanels } from './use-panels';
import { useResultActions } from './use-result-actions';
import { useTabCommands } from './use-tab-commands';

const NO_PINS: readonly Pin[] = [];

interface ConsoleProps {
  readonly me: MeResponse;
  readonly connections: readonly Connection[];
  /** Where in the browser's storage this person's things are. */
  readonly storageKey: string;
  readonly slot: number;
  readonly isSheetOpen: boolean;
  readonly onSheet: (isOpen: boolean) => void;
}

function switchPane(focusEditor: () => void) {
  const isInEditor = document.activeElement?.closest('.cm-editor') != null;
  const results = document.querySelector<HTMLElement>('[data-results-pane]');
  if (isInEditor && results !== null) results.focus();
  else focusEditor();
}

/** Tabs, editor and results: the console once somebody is signed in and has a connection. */
export function Console({ me, connections, storageKey, slot, isSheetOpen, onSheet }: ConsoleProps) {
  const workspaceKey = `${storageKey}.workspace.${slot}`;
  const { workspace, latest, dispatch, isSaved } = useWorkspace(workspaceKey);
  const historyKey = `${storageKey}.history`;
  const commitMode = useCommitMode(connections);
  const runner = useRunner(dispatch, historyKey, (slug) => commitMode.modeOf(slug) === 'manual');
  const editor = useEditor(dispatch);
  const [toast, setToast] = useState<ToastMessage | null>(null);
  const panels = usePanels(`${storageKey}.panels`);
  const [isSwitcherOpen, setSwitcherOpen] = useState(false);

  const tab = workspace.tabs.find(({ id }) => id === workspace.activeId) ?? workspace.tabs[0];
  if (tab === undefined) throw new Error('a workspace always has a tab');
  // With one connection there is nothing to choose; with several nobody is put on production unasked.
  const slug = tab.connection ?? (connections.length === 1 ? (connections[0]?.slug ?? null) : null);
  const connection = connections.find((candidate) => candidate.slug === slug);
  const outcome = workspace.outcomes[tab.id];
  const running = workspace.running[tab.id];
  const { handle, flush } = editor;
  const checkOf = (sql: string): CheckInput => ({
    ...{ connection, sql, tab: tab.id, orgName: me.orgName, policyVersion: me.policy.version },
  });

  const check = useCheck(checkOf(tab.text), handle, outcome);
  const parameters = useParameters(storageKey, tab.parameters ?? {}, (values) =>
    dispatch({ type: 'change', id: tab.id, change: { parameters: values } }),
  );
  const commands = useCommands({
    ...{ workspace: latest, tab, checkOf, handle, runner, parameters },
    connection: connection?.slug ?? null,
    onNoConnection: () => setSwitcherOpen(true),
    onToast: setToast,
  });
  const tabs = useTabCommands({
    ...{ workspace: latest, dispatch, runner, flush, onToast: setToast },
    active: { ...tab, connection: slug },
    onAsk: commands.ask,
  });
  const names = useQuery({ ...namesQuery(connection?.slug ?? ''), enabled: connection !== undefined });
  const own = useQuery({ ...savedQuery, select: ownSnippets });
  const listed = useRecency(`${storageKey}.recent`, connections, connection?.slug);
  const objects = useObjectCommands({
    tabs,
    connection: connection?.slug ?? null,
    runner,
    onToast: setToast,
  });
  const mayExplain = connection?.permissions.includes('explain') === true;
  const explain = async () => {
    if (connection === undefined) return setSwitcherOpen(true);
    const sql = await commands.chosen();
    if (sql.trim() === '') setToast({ text: 'Nothing to explain here' });
    else
      parameters.ask(sql, 'Explain', (values) =>
        tabs.openView('Plan', connection.slug, { type: 'explain', sql, parameters: values }),
      );
  };
  const showSessions =
    connection === undefined
      ? undefined
      : () => tabs.openView('Sessions', connection.slug, { type: 'sessions' });
  const toEditor = () => handle?.focus();
  useDeepLink(connections, tabs);
  useLeave(workspaceKey, latest, editor.unsaved);
  useShortcuts({
    ...{ runAll: commands.runAll, runCurrent: commands.runCurrent, cancel: commands.cancel },
    ...{ newTab: tabs.open, reopenTab: tabs.reopen, goToTab: tabs.goTo },
    closeTab: () => tabs.close(tab.id),
    switchPane: () => switchPane(toEditor),
    chooseConnection: () => setSwitcherOpen(running === undefined),
    visitHistory: () => panels.visit('history', toEditor),
    visitObjects: () => panels.visit('objects', toEditor),
    visitSaved: () => panels.visit('saved', toEditor),
    explain: () => mayExplain && tab.view === undefined && void explain(),
    showSessions: () => showSessions?.(),
    showKeys: () => onSheet(true),
  });

  const actions = useResultActions({
    tab,
    dispatch,
    tabs,
    connection: connection?.slug ?? null,
    runner,
    cancel: commands.cancel,
    onToast: setToast,
  });
  const retry = useRef(commands.retry);
  retry.current = commands.retry;
  const offset = outcome?.offset ?? 0;
  const results = {
    ...{ outcome, actions, tab: tab.id, isRunning: running !== undefined },
    pinned: workspace.pinned[tab.id] ?? NO_PINS,
    trail: workspace.trails[tab.id],
    connection: connections.find((candidate) => candidate.slug === outcome?.connection),
    transaction: tab.transaction,
    person: useMemo(
      () => ({ email: me.user.email, orgName: me.orgName, environmentName: me.environmentName }),
      [me.user.email, me.orgName, me.environmentName],
    ),
    onReveal: useCallback((position: number) => handle?.reveal(offset + position), [handle, offset]),
    onRetry: useCallback((failed: NonNullable<typeof outcome>) => retry.current(failed), []),
  };

  return (
    <>
      <TabBar
        workspace={workspace}
        panels={panels}
        commands={tabs}
        onNew={tabs.open}
        onSessions={showSessions}
      />
      <div className="relative flex min-h-0 flex-1">
        {panels.isOpen('objects') && connection !== undefined && (
          <TreePanel
            key={connection.slug}
            connection={connection}
            storageKey={storageKey}
            commands={objects}
            onClose={() => {
              panels.close('objects');
              toEditor();
            }}
          />
        )}
        <main className="flex min-w-0 flex-1 flex-col">
          <div
            id="tab-panel"
            role="tabpanel"
            tabIndex={-1}
            aria-labelledby={`tab-${tab.id}`}
            className="flex min-h-0 flex-1 flex-col outline-none"
          >
            {tab.view !== undefined && connection !== undefined ? (
              <TabPage
                tab={tab}
                view={tab.view}
                connection={connection}
                commands={objects}
                onText={(text) => dispatch({ type: 'change', id: tab.id, change: { text } })}
              />
            ) : (
              <>
                <Toolbar
                  connections={listed}
                  connection={connection}
                  lostConnection={connection === undefined ? slug : null}
                  isSwitcherOpen={isSwitcherOpen}
                  onSwitcherOpen={setSwitcherOpen}
                  transaction={tab.transaction}
                  commitMode={slug === null ? 'auto' : commitMode.modeOf(slug)}
                  onCommitMode={(mode) => slug !== null && commitMode.choose(slug, mode)}
                  running={running}
                  canRun={handle !== null && connections.length > 0}
                  onConnection={tabs.changeConnection}
                  onSwitched={toEditor}
                  onRun={commands.runCurrent}
                  onRunAll={commands.runAll}
                  onCancel={commands.cancel}
                  onCommit={commands.commit}
                  onRollback={commands.rollback}
                />
                <QueryPane
                  editor={{
                    ...{ tabId: tab.id, initialText: tab.text, onReady: editor.onReady },
                    ...{ onText: editor.onText, onCursor: editor.onCursor },
                    openIds: workspace.tabs.map(({ id }) => id),
                    names: names.data,
                    snippets: own.data,
                  }}
                  status={{
                    cursor: editor.cursor,
                    check,
                    isSaved,
                    onExplain: mayExplain ? () => void explain() : undefined,
                  }}
                  results={results}
                  isRunning={running !== undefined}
                />
              </>
            )}
          </div>
        </main>
        {panels.isOpen('saved') && (
          <SavedPanel
            current={() => ({ title: tab.title, sql: handle?.text() ?? tab.text, connection: slug })}
            onSaved={(savedText) => dispatch({ type: 'change', id: tab.id, change: { savedText } })}
            onOpen={({ name, sql, connection: of }) => {
              const isMine = connections.some((candidate) => candidate.slug === of);
              tabs.openWith({
                title: name,
                text: sql,
                savedText: sql,
                ...(isMine ? { connection: of } : {}),
              });
            }}
            onClose={() => {
              panels.close('saved');
              toEditor();
            }}
          />
        )}
        {panels.isOpen('history') && (
          <HistoryPanel
            historyKey={historyKey}
            running={workspace.running}
            onOpen={tabs.openEntry}
            onClose={() => {
              panels.close('history');
              toEditor();
            }}
          />
        )}
      </div>
      <Toast message={toast} onDone={useCallback(() => setToast(null), [])} />
      {commands.question !== null && <Confirm {...commands.question} onClose={() => commands.ask(null)} />}
      {parameters.asking !== null && <ParametersDialog {...parameters.asking} onClose={parameters.close} />}
      {isSheetOpen && <KeyboardSheet onClose={() => onSheet(false)} />}
    </>
  );
}
