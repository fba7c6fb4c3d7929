import { HISTORY_KEYS, NEW_TAB_KEYS, OBJECTS_KEYS, SAVED_KEYS, SESSIONS_KEYS } from '../shell/shortcuts';
import { Button } from '../ui/button';
import { Icon } from '../ui/icon';
import type { Panels } from '../workspace/use-panels';
import { TabItem, type TabItemProps } from './tab-item';

interface TabBarProps extends Omit<TabItemProps, 'tab'> {
  readonly panels: Panels;
  readonly onNew: () => void;
  /** Absent without a connection. */
  readonly onSessions: (() => void) | undefined;
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
        title={`Saved queries, yours and shared ones (${SAVED_KEYS})`}
        onClick={() => panels.toggle('saved')}
      >
        <Icon name="star" />
        <span className="max-[1100px]:sr-only">Saved</span>
      </Button>
      {onSessions !== undefined && (
        <Button look="quiet" title={`Sessions of the database (${SESSIONS_KEYS})`} onClick={onSessions}>
          <Icon name="pulse" />
          <span className="max-[1100px]:sr-only">Sessions</span>
        </Button>
      )}
      <Button
        look="quiet"
        className="mr-1"
        aria-pressed={panels.isOpen('history')}
        title={`What you ran (${HISTORY_KEYS})`}
        onClick={() => panels.toggle('history')}
      >
        <Icon name="history" />
        <span className="max-[800px]:sr-only">History</span>
      </Button>
    </section>
  );
}
