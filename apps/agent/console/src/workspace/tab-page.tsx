import { lazy, Suspense, useEffect } from 'react';
import type { Connection } from '../connections/connection-switcher';
import type { Tab } from '../tabs/model';
import type { TabView } from '../tabs/view';
import type { ObjectCommands } from '../tree/object-actions';
import { linkOf } from './deep-link';

const ObjectPage = lazy(() =>
  import('../object/object-page').then(({ ObjectPage: page }) => ({ default: page })),
);
const ExplainPage = lazy(() =>
  import('../explain/explain-page').then(({ ExplainPage: page }) => ({ default: page })),
);
const SessionsPage = lazy(() =>
  import('../sessions/sessions-page').then(({ SessionsPage: page }) => ({ default: page })),
);

interface TabPageProps {
  readonly tab: Tab;
  readonly view: TabView;
  readonly connection: Connection;
  readonly commands: ObjectCommands;
  readonly onText: (text: string) => void;
}

/** A tab that is not an editor. */
export function TabPage({ tab, view, connection, commands, onText }: TabPageProps) {
  const { slug } = connection;
  // The editor went with the focus in it: the keyboard goes on in what took its place.
  // biome-ignore lint/correctness/useExhaustiveDependencies: whenever another tab comes to the front
  useEffect(() => {
    if (document.activeElement === document.body) document.getElementById('tab-panel')?.focus();
  }, [tab.id]);
  return (
    <Suspense
      fallback={
        <p role="status" className="p-4 text-muted">
          Loading
        </p>
      }
    >
      {view.type === 'object' ? (
        <ObjectPage
          key={tab.id}
          {...{ view, connection, commands }}
          tab={tab.id}
          draft={tab.text}
          onDraft={onText}
          link={
            window.location.origin +
            linkOf({
              type: 'object',
              connection: slug,
              kind: view.kind,
              schema: view.schema,
              name: view.name,
            })
          }
        />
      ) : view.type === 'explain' ? (
        <ExplainPage key={tab.id} view={view} connection={connection} tab={tab.id} />
      ) : (
        <SessionsPage key={tab.id} connection={connection} tab={tab.id} />
      )}
    </Suspense>
  );
}
