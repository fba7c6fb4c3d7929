import { type DragEvent, type KeyboardEvent, useState } from 'react';
import { Icon, Spinner } from '../ui/icon';
import { type MenuAction, MenuAt } from '../ui/menu-at';
import type { Tab, Workspace } from './model';

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

/** The text itself is kept by this browser, whatever happens; what others open by the saved query's name is another one. */
function UnsavedMark({ tab: { text, savedText } }: { tab: Tab }) {
  if (savedText === undefined || savedText === text) return null;
  const what = 'differs from its saved query';
  return <span role="img" aria-label={what} title={what} className="size-2 shrink-0 rounded-full bg-muted" />;
}

function TabMark({ tab, isRunning }: { tab: Tab; isRunning: boolean }) {
  if (isRunning) return <Spinner className="!size-3 text-accent" />;
  if (tab.transaction === 'idle') return <UnsavedMark tab={tab} />;
  const isFailed = tab.transaction === 'failed';
  return (
    <span
      title={isFailed ? 'failed transaction' : 'open transaction'}
      className={`size-2 shrink-0 rounded-full ${isFailed ? 'bg-danger' : 'bg-warn'}`}
    />
  );
}

export interface TabCommands {
  readonly activate: (id: string) => void;
  readonly close: (id: string) => void;
  readonly closeAll: (ids: readonly string[]) => void;
  readonly rename: (id: string, title: string) => void;
  readonly duplicate: (id: string) => void;
  readonly move: (id: string, to: number) => void;
  readonly reopen: () => void;
}

export interface TabItemProps {
  readonly tab: Tab;
  readonly workspace: Workspace;
  readonly commands: TabCommands;
}

/** What the menu of a tab offers; nothing that would do nothing. */
function actionsOf({ tab, workspace, commands }: TabItemProps, rename: () => void): MenuAction[] {
  const { tabs, closed } = workspace;
  const at = tabs.indexOf(tab);
  const others = tabs.filter((other) => other !== tab).map(({ id }) => id);
  const right = tabs.slice(at + 1).map(({ id }) => id);
  const when = (is: boolean, name: string, run: () => void): MenuAction[] => (is ? [{ name, run }] : []);
  return [
    { name: 'Rename', run: rename },
    { name: 'Duplicate', run: () => commands.duplicate(tab.id) },
    ...when(at > 0, 'Move left', () => commands.move(tab.id, at - 1)),
    ...when(right.length > 0, 'Move right', () => commands.move(tab.id, at + 1)),
    { name: 'Close', run: () => commands.close(tab.id) },
    ...when(others.length > 0, 'Close others', () => commands.closeAll(others)),
    ...when(right.length > 0, 'Close to the right', () => commands.closeAll(right)),
    ...when(closed.length > 0, 'Reopen the tab closed last', commands.reopen),
  ];
}

function focusTab(id: string | undefined) {
  if (id !== undefined) document.getElementById(`tab-${id}`)?.focus();
}

/** What is dragged between tabs of this window; of another window's nothing is taken. */
const DRAGGED = 'application/x-postern-tab';

export function TabItem(props: TabItemProps) {
  const { tab, workspace, commands } = props;
  const { activate: onActivate, close: onClose, rename: onRename } = commands;
  const [isRenaming, setRenaming] = useState(false);
  const [menuAt, setMenuAt] = useState<{ x: number; y: number } | null>(null);
  const isActive = tab.id === workspace.activeId;
  const move = (step: number) => {
    const { tabs } = workspace;
    const next = tabs[(tabs.indexOf(tab) + step + tabs.length) % tabs.length]?.id;
    if (next === undefined) return;
    onActivate(next);
    // After the editor of that tab has taken the focus.
    setTimeout(() => focusTab(next), 0);
  };
  const shift = (step: number) => {
    commands.move(tab.id, workspace.tabs.indexOf(tab) + step);
    setTimeout(() => focusTab(tab.id), 0);
  };
  const drop = (event: DragEvent) => {
    const dragged = event.dataTransfer.getData(DRAGGED);
    if (!workspace.tabs.some(({ id }) => id === dragged)) return;
    event.preventDefault();
    commands.move(dragged, workspace.tabs.indexOf(tab));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const isMoving = event.shiftKey && (event.ctrlKey || event.metaKey);
    if (isMoving && event.key === 'ArrowRight') shift(1);
    else if (isMoving && event.key === 'ArrowLeft') shift(-1);
    else if (event.key === 'ContextMenu' || (event.shiftKey && event.key === 'F10')) {
      const { left, bottom } = event.currentTarget.getBoundingClientRect();
      setMenuAt({ x: left, y: bottom });
    } else if (event.key === 'ArrowRight') move(1);
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
    // biome-ignore lint/a11y/noStaticElementInteractions: dragging and the right button are for the mouse; keys do the same
    <div
      draggable={!isRenaming}
      onDragStart={(event) => event.dataTransfer.setData(DRAGGED, tab.id)}
      onDragOver={(event) => event.dataTransfer.types.includes(DRAGGED) && event.preventDefault()}
      onDrop={drop}
      onContextMenu={(event) => {
        event.preventDefault();
        setMenuAt({ x: event.clientX, y: event.clientY });
      }}
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
          title="Double-click or F2 to rename, right click or Shift+F10 for more"
          aria-keyshortcuts="Delete F2 Shift+F10 Control+Shift+ArrowLeft Control+Shift+ArrowRight"
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
      {menuAt !== null && (
        <MenuAt
          at={menuAt}
          label={`Tab ${tab.title}`}
          actions={actionsOf(props, () => setRenaming(true))}
          onClose={() => setMenuAt(null)}
        />
      )}
    </div>
  );
}
