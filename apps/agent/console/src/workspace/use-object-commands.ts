import { useMemo, useRef } from 'react';
import type { useRunner } from '../run/use-runner';
import type { ObjectCommands } from '../tree/object-actions';
import { copyText } from '../ui/copy';
import type { ToastMessage } from './toast';
import type { useTabCommands } from './use-tab-commands';

interface Context {
  readonly tabs: ReturnType<typeof useTabCommands>;
  readonly connection: string | null;
  readonly runner: ReturnType<typeof useRunner>;
  readonly onToast: (message: ToastMessage) => void;
}

/** What the tree and the object pages ask of the console. The same object as long as the console is there. */
export function useObjectCommands(context: Context): ObjectCommands {
  const latest = useRef(context);
  latest.current = context;
  return useMemo(
    () => ({
      openObject({ oid, kind, schema, name }) {
        const { tabs, connection } = latest.current;
        if (connection !== null) tabs.openView(name, connection, { type: 'object', oid, kind, schema, name });
      },
      openSql(title, sql, run = false, parameters = undefined) {
        const { tabs, connection, runner } = latest.current;
        const tab = tabs.openWith({ title: title.slice(0, 60), text: sql, connection, parameters });
        if (run && connection !== null)
          void runner.run({ tab: tab.id, connection, sql, parameters, offset: 0, firstLine: 1 });
      },
      copy(text, what) {
        void copyText(text).then((isCopied) =>
          latest.current.onToast({ text: isCopied ? `Copied the ${what}` : 'The browser would not copy' }),
        );
      },
      say: (text) => latest.current.onToast({ text }),
    }),
    [],
  );
}
