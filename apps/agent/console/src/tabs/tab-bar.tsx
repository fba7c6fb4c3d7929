import { type KeyboardEvent, useState } from 'react';
import { HISTORY_KEYS, NEW_TAB_KEYS, OBJECTS_KEYS } from '../shell/shortcuts';
import { Button } from '../ui/button';
import { Icon, Spinner } from '../ui/icon';
import type { Panels } from '../workspace/use-panels';
import type { Tab, Workspace } from './model';

interface TabBarProps {
  readonly workspace: Workspace;
  readonly panels: Panels;
  readonly onActivate: (id: string) => void;
  readonly onClose: (id: string) => void;
  readonly onRename: (id: string, title: string) => void;
  readonly onNew: () => void;
  /** Absent without a connection. */
  readonly onSessions: (() => void) | undefined;
}

function RenameField({ tab, onDone }: { tab: Tab; onDone: (title: string | null) => void }) {
  return (
    <input
      aria-label="Name of the tab"
      defaultValue={tab.title}
      maxLength={60}
      // biome-ignore lint/a11y/noAutofocus: the person has just asked to type here
      autoFocus
      onFocus={(event) => event.currentTarget.select()}
      onBlur={(event) => onDone(event.currentTarget.value)}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key === 'Enter') onDone(event.currentTarget.value);
        if (event.key === 'Escape') onDone(null);
      }}
      className="w-32 rounded border border-accent bg-surface px-1 outline-none"
    />
  );
}

function TabMark({ tab, isRunning }: { tab: Tab; isRunning: boolean }) {
  if (isRunning) return <Spinner className="!size-3 text-accent" />;
  if (tab.transaction === 'idle') return null;
  const isFailed = tab.transaction === 'failed';
  return (
    <span
      title={isFailed ? 'failed transaction' : 'open transaction'}
      className={`size-2 shrink-0 rounded-full ${isFailed ? 'bg-danger' : 'bg-warn'}`}
    />
  );
}

interface ItemProps extends Omit<TabBarProps, 'onNew' | 'onSessions' | 'panels'> {
  readonly tab: Tab;
}

function focusTab(id: string | undefined) {
  if (id !== undefined) document.getElementById(`tab-${id}`)?.focus();
}

function TabItem({ tab, workspace, onActivate, onClose, onRename }: ItemProps) {
  const [isRenaming, setRenaming] = useState(false);
  const isActive = tab.id === workspace.activeId;
  const move = (step: number) => {
    const { tabs } = workspace;
    const next = tabs[(tabs.indexOf(tab) + step + tabs.length) % tabs.length]?.id;
    if (next === undefined) return;
    onActivate(next);
    // After the editor of that tab has taken the focus.
    setTimeout(() => focusTab(next), 0);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'ArrowRight') move(1);
    else if (event.key === 'ArrowLeft') move(-1);
    else if (event.key === 'F2') setRenaming(true);
    else if (event.key === 'Delete') onClose(tab.id);
    else return;
    event.preventDefault();
  };
  const rename = (title: string | null) => {
    setRenaming(false);
    if (title !== null && title.trim() !== '') onRename(tab.id, title.trim());
  };
  return (
    <div
      className={`group flex h-8 shrink-0 items-center gap-1 border-line border-r pr-1 ${isActive ? 'bg-surface shadow-[inset_0_2px_0_var(--accent)]' : 'text-muted hover:bg-hover'}`}
    >
      {isRenaming ? (
        <span className="pl-2">
          <RenameField tab={tab} onDone={rename} />
        </span>
      ) : (
        <button
          type="button"
          role="tab"
          id={`tab-${tab.id}`}
          aria-selected={isActive}
          aria-controls="tab-panel"
          tabIndex={isActive ? 0 : -1}
          title="Double-click or F2 to rename"
          aria-keyshortcuts="Delete F2"
          className="-outline-offset-2 flex h-8 items-center gap-1.5 pl-3"
          onClick={() => onActivate(tab.id)}
          onDoubleClick={() => setRenaming(true)}
          onAuxClick={(event) => event.button === 1 && onClose(tab.id)}
          onKeyDown={onKeyDown}
        >
          <span className="max-w-40 truncate">{tab.title}</span>
          <TabMark tab={tab} isRunning={workspace.running[tab.id] !== undefined} />
        </button>
      )}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the keyboard closes a tab with Delete */}
      {/* biome-ignore lint/a11y/noStaticElementInteractions: for the mouse only, because a list of tabs has tabs alone */}
      <span
        data-close={tab.title}
        title={`Close ${tab.title} (Delete)`}
        onClick={() => onClose(tab.id)}
        className={`grid size-5 place-items-center rounded text-muted hover:bg-hover hover:text-text ${isActive ? '' : 'opacity-0 group-hover:opacity-100'}`}
      >
        <Icon name="close" className="!size-3" />
      </span>
    </div>
  );
}

export function TabBar(props: TabBarProps) {
  const { workspace, panels, onNew, onSessions } = props;
  return (
    <section
      aria-label="Tabs and panels"
      className="flex h-8 shrink-0 items-center border-line border-b bg-bg"
    >
      <Button
        look="quiet"
        square
        className="mx-1"
        aria-label="Objects"
        aria-pressed={panels.isOpen('objects')}
        title={`Objects of the database (${OBJECTS_KEYS})`}
        onClick={() => panels.toggle('objects')}
      >
        <Icon name="tree" />
      </Button>
      <div
        role="tablist"
        aria-label="Query tabs"
        className="flex min-w-0 overflow-x-auto [scrollbar-width:none]"
      >
        {workspace.tabs.map((tab) => (
          <TabItem key={tab.id} tab={tab} {...props} />
        ))}
      </div>
      <Button look="quiet" square aria-label="New tab" title={`New tab (${NEW_TAB_KEYS})`} onClick={onNew}>
        <Icon name="plus" />
      </Button>
      <span className="ml-auto" />
      <Button
        look="quiet"
        aria-pressed={panels.isOpen('saved')}
        title="Saved queries, yours and shared ones"
        onClick={() => panels.toggle('saved')}
      >
        <Icon name="star" />
        <span className="max-[1100px]:sr-only">Saved</span>
      </Button>
      {onSessions !== undefined && (
        <Button look="quiet" title="Sessions of the database" onClick={onSessions}>
          <Icon name="pulse" />
          <span className="max-[1100px]:sr-only">Sessions</span>
        </Button>
      )}
      <Button
        look="quiet"
        className="mr-1"
        aria-pressed={panels.isOpen('history')}
        title={`History of this browser (${HISTORY_KEYS})`}
        onClick={() => panels.toggle('history')}
      >
        <Icon name="history" />
        <span className="max-[800px]:sr-only">History</span>
      </Button>
    </section>
  );
}
