import type { CatalogObject } from '@postern/agent/console-catalog';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, type MouseEvent, useId, useRef, useState } from 'react';
import { type MenuAction, MenuAt } from '../ui/menu-at';
import type { TreeRow } from './model';
import { TreeLine } from './tree-line';

const LINE_PX = 26;

interface ObjectTreeProps {
  readonly label: string;
  readonly rows: readonly TreeRow[];
  readonly words: readonly string[];
  readonly onToggle: (key: string) => void;
  readonly onOpen: (object: CatalogObject) => void;
  readonly actionsOf: (object: CatalogObject) => readonly MenuAction[];
}

const isOpenable = (row: TreeRow | undefined): row is Exclude<TreeRow, { type: 'column' }> =>
  row !== undefined && row.type !== 'column' && row.isOpen !== undefined;

/** Moves of the keyboard, as trees have them everywhere (ARIA Authoring Practices, Tree View). */
function target(event: KeyboardEvent, rows: readonly TreeRow[], at: number): number | 'toggle' | undefined {
  const row = rows[at];
  switch (event.key) {
    case 'ArrowDown':
      return Math.min(at + 1, rows.length - 1);
    case 'ArrowUp':
      return Math.max(at - 1, 0);
    case 'PageDown':
      return Math.min(at + 15, rows.length - 1);
    case 'PageUp':
      return Math.max(at - 15, 0);
    case 'Home':
      return 0;
    case 'End':
      return rows.length - 1;
    case 'ArrowRight':
      if (!isOpenable(row)) return undefined;
      return row.isOpen ? Math.min(at + 1, rows.length - 1) : 'toggle';
    case 'ArrowLeft': {
      if (isOpenable(row) && row.isOpen) return 'toggle';
      const level = row?.level ?? 1;
      const parent = rows.slice(0, at).findLastIndex((other) => other.level < level);
      return parent < 0 ? undefined : parent;
    }
    default:
      return undefined;
  }
}

/** Thousands of lines, of which those in sight are there. One tab stop; the focus stays, what is active moves. */
export function ObjectTree({ label, rows, words, onToggle, onOpen, actionsOf }: ObjectTreeProps) {
  const id = useId();
  const scroller = useRef<HTMLDivElement>(null);
  const [activeKey, setActiveKey] = useState<string>();
  const [menu, setMenu] = useState<{ at: { x: number; y: number }; object: CatalogObject }>();
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => LINE_PX,
    overscan: 12,
    getItemKey: (index) => rows[index]?.key ?? index,
  });
  const active = Math.max(
    0,
    rows.findIndex(({ key }) => key === activeKey),
  );
  const lineId = (key: string) => `${id}-${key.replace(/\W/g, (character) => `_${character.charCodeAt(0)}`)}`;

  const act = (row: TreeRow | undefined) => {
    if (row === undefined) return;
    if (row.type === 'object') onOpen(row.object);
    else if (isOpenable(row)) onToggle(row.key);
  };
  const openMenu = (row: TreeRow | undefined, at: { x: number; y: number }) => {
    if (row?.type === 'object') setMenu({ at, object: row.object });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const row = rows[active];
    if (event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey)) {
      const line = row && document.getElementById(lineId(row.key))?.getBoundingClientRect();
      if (line) openMenu(row, { x: line.left + 24, y: line.bottom });
      event.preventDefault();
      return;
    }
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === 'Enter') act(row);
    else if (event.key === ' ' && isOpenable(row)) onToggle(row.key);
    else {
      const to = target(event, rows, active);
      if (to === undefined) return;
      if (to === 'toggle') row && onToggle(row.key);
      else {
        setActiveKey(rows[to]?.key);
        virtual.scrollToIndex(to);
      }
    }
    event.preventDefault();
  };
  const onLine = (row: TreeRow) => ({
    onClick: () => {
      setActiveKey(row.key);
      if (row.type !== 'object' && isOpenable(row)) onToggle(row.key);
    },
    onDoubleClick: () => row.type === 'object' && onOpen(row.object),
    onContextMenu: (event: MouseEvent) => {
      if (row.type !== 'object') return;
      event.preventDefault();
      setActiveKey(row.key);
      openMenu(row, { x: event.clientX, y: event.clientY });
    },
  });
  const activeRow = rows[active];
  return (
    <div
      ref={scroller}
      role="tree"
      tabIndex={0}
      aria-label={label}
      {...(activeRow && virtual.getVirtualItems().some(({ index }) => index === active)
        ? { 'aria-activedescendant': lineId(activeRow.key) }
        : {})}
      onKeyDown={onKeyDown}
      className="group/tree -outline-offset-2 min-h-0 flex-1 overflow-auto"
    >
      <div role="presentation" className="relative" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(({ index, start }) => {
          const row = rows[index];
          if (row === undefined) return null;
          const isActive = index === active;
          return (
            // biome-ignore lint/a11y/useFocusableInteractive: the tree has the focus and names the active line
            <div
              key={row.key}
              id={lineId(row.key)}
              role="treeitem"
              aria-level={row.level}
              aria-selected={isActive}
              {...(isOpenable(row) ? { 'aria-expanded': row.isOpen === true } : {})}
              {...onLine(row)}
              className={`absolute inset-x-0 flex items-center pr-2 pl-1.5 hover:bg-hover ${isActive ? 'bg-hover group-focus-visible/tree:bg-selection' : ''}`}
              style={{ top: start, height: LINE_PX }}
            >
              {isOpenable(row) && row.type === 'object' ? (
                // biome-ignore lint/a11y/useKeyWithClickEvents: the arrow keys do the same
                // biome-ignore lint/a11y/noStaticElementInteractions: for the mouse only
                <span
                  className="absolute inset-y-0 left-0 z-10"
                  style={{ width: row.level * 12 + 8 }}
                  onClick={(event) => {
                    event.stopPropagation();
                    onToggle(row.key);
                  }}
                />
              ) : null}
              <TreeLine row={row} words={words} />
            </div>
          );
        })}
      </div>
      {menu !== undefined && (
        <MenuAt
          at={menu.at}
          label={`Actions of ${menu.object.name}`}
          actions={actionsOf(menu.object)}
          onClose={() => {
            setMenu(undefined);
            scroller.current?.focus();
          }}
        />
      )}
    </div>
  );
}
