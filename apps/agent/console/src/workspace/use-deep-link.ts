import { useEffect, useRef } from 'react';
import { objectsQuery } from '../api/catalog';
import { savedQuery } from '../api/kept';
import { queryClient } from '../api/queries';
import type { Connection } from '../connections/connection-switcher';
import { type DeepLink, parseLink } from './deep-link';
import type { useTabCommands } from './use-tab-commands';

type TabCommands = ReturnType<typeof useTabCommands>;

async function follow(link: DeepLink, tabs: TabCommands): Promise<void> {
  switch (link.type) {
    case 'connection':
      tabs.openWith({ connection: link.connection });
      return;
    case 'sessions':
      tabs.openView('Sessions', link.connection, { type: 'sessions' });
      return;
    case 'object': {
      const { connection, kind, schema, name, detail } = link;
      const { objects } = await queryClient.fetchQuery(objectsQuery(connection));
      const found = objects.find(
        (object) =>
          object.kind === kind &&
          object.schema === schema &&
          object.name === name &&
          (detail === undefined || object.detail === detail),
      );
      if (found) tabs.openView(name, connection, { type: 'object', oid: found.oid, kind, schema, name });
      return;
    }
    case 'saved': {
      const found = (await queryClient.fetchQuery(savedQuery)).find(({ id }) => id === link.id);
      if (found === undefined) return;
      const { name, sql, connection } = found;
      tabs.openWith({ title: name, text: sql, savedText: sql, connection });
      return;
    }
  }
}

/** Opens what the address named when the page was loaded, once; the tabs are the browser's memory afterwards. */
export function useDeepLink(connections: readonly Connection[], tabs: TabCommands): void {
  const latest = useRef(tabs);
  latest.current = tabs;
  const isDone = useRef(false);
  useEffect(() => {
    if (isDone.current) return;
    isDone.current = true;
    const link = parseLink(window.location.pathname, window.location.search);
    if (window.location.pathname !== '/') window.history.replaceState(null, '', '/');
    if (link === undefined) return;
    if ('connection' in link && !connections.some(({ slug }) => slug === link.connection)) return;
    void follow(link, latest.current).catch(() => undefined);
  }, [connections]);
}
