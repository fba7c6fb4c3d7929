import { type RefObject, useEffect } from 'react';
import { reduce, type Workspace } from '../tabs/model';
import { saveWorkspace } from '../tabs/storage';
import { hasUnapplied } from './unapplied';

interface Unsaved {
  readonly id: string;
  readonly text: string;
}

/** When the window goes: keeps what was typed in the last moment, and asks first where a session would be lost. */
export function useLeave(key: string, workspace: RefObject<Workspace>, unsaved: () => Unsaved | null): void {
  useEffect(() => {
    const save = () => {
      const typed = unsaved();
      const now = workspace.current;
      // No render comes any more, so the text goes into what is saved directly.
      const all =
        typed === null ? now : reduce(now, { type: 'change', id: typed.id, change: { text: typed.text } });
      saveWorkspace(key, all);
    };
    const warn = (event: BeforeUnloadEvent) => {
      const { tabs, running } = workspace.current;
      const isAtStake =
        Object.keys(running).length > 0 ||
        tabs.some(({ transaction }) => transaction === 'open') ||
        hasUnapplied(workspace.current);
      if (isAtStake) event.preventDefault();
    };
    window.addEventListener('pagehide', save);
    window.addEventListener('beforeunload', warn);
    return () => {
      window.removeEventListener('pagehide', save);
      window.removeEventListener('beforeunload', warn);
      save();
    };
  }, [key, workspace, unsaved]);
}
